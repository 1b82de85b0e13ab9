import { expect } from 'chai';
import { majorOf } from '../support/installed-version.js';

describe('The Express under test', () => {
  const isOld = process.env.HOOKLINE_TEST_FRAMEWORKS === 'old';

  it(`is Express ${isOld ? 4 : 5}`, () => {
    expect(majorOf('express')).to.equal(isOld ? 4 : 5);
  });
});
