import { setImmediate as turn } from 'node:timers/promises';
import { type Context, currentContext, withContext } from '@hookline/core';
import { expect } from 'chai';
import { withContextOnly, withoutContext } from '../../../packages/core/src/context/context.js';
import { expectError } from '../../support/expect-error.js';

describe('withContext', () => {
  it('is around the work, its promises and its timers, and is gone behind it', async () => {
    const seen = await withContext({ account: 42 }, async () => {
      const first = currentContext();
      await turn();
      return [
        first,
        currentContext(),
        await new Promise((resolve) => setTimeout(() => resolve(currentContext()))),
      ];
    });
    expect(seen).to.deep.equal([{ account: 42 }, { account: 42 }, { account: 42 }]);
    expect(currentContext()).to.deep.equal({});
  });

  it('answers what the work does, and throws what it throws', () => {
    expect(withContext({}, () => 7)).to.equal(7);
    expect(() =>
      withContext({}, () => {
        throw new Error('the work');
      }),
    ).to.throw('the work');
    expect(currentContext()).to.deep.equal({});
  });

  it('adds to the context around it: what both name is as in the inner one', () => {
    const outer: Context = { actor: { type: 'user', id: 7 }, account: 42, requestId: 'r1' };
    const inner: Context = { actor: { type: 'job', id: null }, account: null, depth: 3 };
    withContext(outer, () => {
      const seen = withContext(inner, currentContext);
      expect(seen).to.deep.equal({
        actor: { type: 'job', id: null },
        account: null,
        requestId: 'r1',
        depth: 3,
      });
      expect(currentContext()).to.deep.equal(outer);
    });
  });

  it('leaves as it is around it what is undefined in it', () => {
    const unknown: Context = { actor: undefined, account: undefined };
    const seen = withContext({ account: 42, requestId: 'r1' }, () => withContext(unknown, currentContext));
    expect(seen).to.deep.equal({ account: 42, requestId: 'r1' });
  });

  it('does not follow an object that is changed later', () => {
    const changing = { account: 1 };
    withContext(changing, () => {
      changing.account = 2;
      expect(currentContext()).to.deep.equal({ account: 1 });
    });
  });

  const wrong: readonly (readonly [string, unknown])[] = [
    ['context', undefined],
    ['context', 'user 7'],
    ['context', [42]],
    ['context.user', { user: 7 }],
    ['context.constructor', { constructor: 7 }],
    ['context.account', { account: 1.5 }],
    ['context.account', { account: 'a\0b' }],
    ['context.account', { account: 'x'.repeat(256) }],
    ['context.actor', { actor: { type: '', id: 7 } }],
    ['context.actor', { actor: { type: 'user', id: Number.NaN } }],
    ['context.actor', { actor: null }],
    ['context.requestId', { requestId: 7 }],
    ['context.correlationId', { correlationId: null }],
    ['context.causationId', { causationId: 7 }],
    ['context.depth', { depth: 0.5 }],
  ];
  for (const [option, context] of wrong) {
    it(`refuses ${JSON.stringify(context)?.slice(0, 40)}, naming ${option}, and does nothing`, async () => {
      let isDone = false;
      const work = () => {
        isDone = true;
      };
      const error = await expectError('OPTION_INVALID', async () => withContext(context as Context, work));
      expect(error.details).to.include({ option });
      expect(isDone).to.equal(false);
    });
  }

  it('tells nothing of an object that it refuses', async () => {
    const user = { id: 7, email: 'ada@example.com' };
    const wrongActor = { actor: user } as unknown as Context;
    const error = await expectError('OPTION_INVALID', async () => withContext(wrongActor, () => {}));
    expect(error.message).to.not.include('ada');
  });

  it('comes through JSON, for jobs of the app', () => {
    const context: Context = { actor: { type: 'user', id: 7 }, account: 42, causationId: 'evt_1', depth: 1 };
    const job = withContext(context, () => JSON.stringify(currentContext()));
    expect(withContext(JSON.parse(job), currentContext)).to.deep.equal(context);
  });
});

describe('withContextOnly', () => {
  it('hides the context around it', () => {
    withContext({ account: 42, requestId: 'r1' }, () => {
      expect(withContextOnly({ account: 1 }, currentContext)).to.deep.equal({ account: 1 });
    });
  });
});

describe('withoutContext', () => {
  it('hides the context around it, from what it begins as well', async () => {
    const later = withContext({ account: 42 }, () =>
      withoutContext(async () => {
        await turn();
        return currentContext();
      }),
    );
    expect(await later).to.deep.equal({});
  });

  it('still hides it when another context was entered and left within', () => {
    withContext({ account: 42 }, () => {
      withoutContext(() => {
        withContext({ requestId: 'r1' }, () => {});
        expect(currentContext()).to.deep.equal({});
      });
      expect(currentContext()).to.deep.equal({ account: 42 });
    });
  });
});
