import { expect } from 'chai';
import { majorOf } from '../support/installed-version.js';

describe('The Koa under test', () => {
  const isOld = process.env.HOOKLINE_TEST_FRAMEWORKS === 'old';

  it(`is Koa ${isOld ? 2 : 3} with @koa/router ${isOld ? 12 : 15}`, () => {
    expect(majorOf('koa')).to.equal(isOld ? 2 : 3);
    expect(majorOf('@koa/router')).to.equal(isOld ? 12 : 15);
  });
});
