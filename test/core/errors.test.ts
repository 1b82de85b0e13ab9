import { ERRORS, type ErrorName, HooklineError, isHooklineError } from '@hookline/core';
import { expect } from 'chai';

describe('the error catalogue', () => {
  for (const [name, spec] of Object.entries(ERRORS)) {
    it(`${name} says what was wrong and what to do`, () => {
      expect(name).to.match(/^[A-Z]+(_[A-Z]+)*$/);
      expect(spec.message).to.match(/\.$|\{suggestion\}$/);
      expect(spec.hint).to.match(/[.)]$|`?[a-z}]$/i);
      expect(spec.status).to.be.within(400, 599);
    });
  }

  it('fills details in, and keeps the cause', () => {
    const cause = new Error('disk full');
    const error = new HooklineError('STORE_UNAVAILABLE', { store: 'sequelize' }, cause);
    expect(error).to.include({ code: 'ERR_HOOKLINE_STORE_UNAVAILABLE', status: 503, expose: false, cause });
    expect(error.message).to.equal('The store "sequelize" does not answer.');
  });

  it('is recognised across copies of the package, and nothing else is', () => {
    const twin = Object.assign(new Error('x'), { [Symbol.for('hookline.error')]: true });
    expect(isHooklineError(twin)).to.equal(true);
    expect(isHooklineError(new HooklineError('INTERNAL'))).to.equal(true);
    for (const other of [new Error('x'), null, undefined, 'text', {}])
      expect(isHooklineError(other)).to.equal(false);
  });

  it('has codes that branch by name', () => {
    const names = Object.keys(ERRORS) as ErrorName[];
    expect(names.map((name) => new HooklineError(name).code)).to.deep.equal(
      names.map((name) => `ERR_HOOKLINE_${name}`),
    );
  });
});
