import { expect } from 'chai';
import { type Evidence, judge } from './judge.js';
import type { Reception } from './programs/messages.js';

const WEBHOOKS = ['/one', '/two'];
const ENDED_AT = 10_000;

function reception(path: string, reference: string, more: Partial<Reception> = {}): Reception {
  return { path, reference, webhookIds: [`evt_${reference}`], requests: 1, firstAt: 9_000, ...more };
}

/** Two rows, two webhooks, all there. */
function evidence(more: Partial<Evidence> = {}): Evidence {
  return {
    committed: ['a', 'b'].map((reference) => ({ reference, placedAt: 8_000 })),
    webhooks: WEBHOOKS,
    received: WEBHOOKS.flatMap((path) => [reception(path, 'a'), reception(path, 'b')]),
    refused: 0,
    storedEvents: 2,
    ...more,
  };
}

const judged = (more: Partial<Evidence>, mayDuplicate = 0) =>
  judge('story', evidence(more), { faultEndedAt: ENDED_AT, mayDuplicate });

describe('The judge of the fault suite', () => {
  it('is content where each committed row reached each webhook once', () => {
    const counts = { committed: 2, owed: 4, received: 4, lost: 0, duplicates: 0, catchUpS: 0 };
    expect(judged({})).to.deep.equal({ name: 'story', ...counts, passed: true, problems: [] });
  });

  it('finds what is lost', () => {
    const received = evidence().received.slice(1);
    expect(judged({ received })).to.include({ lost: 1, received: 3, passed: false });
  });

  it('finds what was received and never committed, and does not count it as received', () => {
    const received = [...evidence().received.slice(1), reception('/one', 'phantom')];
    const result = judged({ received });
    expect(result).to.include({ lost: 1, received: 3, passed: false });
    expect(result.problems).to.include('1 deliveries of rows that were never committed');
  });

  it('lets pass only as many duplicates as the fault explains', () => {
    const received = [...evidence().received.slice(1), reception('/one', 'a', { requests: 3 })];
    expect(judged({ received }, 2)).to.include({ duplicates: 2, passed: true });
    expect(judged({ received }, 1)).to.include({ duplicates: 2, passed: false });
  });

  it('does not accept a repetition under another webhook-id', () => {
    const twice = reception('/one', 'a', { requests: 2, webhookIds: ['evt_a', 'evt_other'] });
    expect(judged({ received: [...evidence().received.slice(1), twice] }, 1).passed).to.equal(false);
  });

  it('does not accept a wrong signature, an event without its row, or a story in which nothing happened', () => {
    expect(judged({ refused: 1 }).passed).to.equal(false);
    expect(judged({ storedEvents: 3 }).passed).to.equal(false);
    expect(judged({ committed: [], received: [], storedEvents: 0 }).passed).to.equal(false);
  });

  it('finds what came before its turn, where there is an order', () => {
    const received = ['b', 'a'].flatMap((reference) => WEBHOOKS.map((path) => reception(path, reference)));
    const isOrdered = true;
    const { problems } = judge('story', evidence({ received }), { faultEndedAt: ENDED_AT, isOrdered });
    expect(problems).to.deep.equal(WEBHOOKS.map((path) => `out of order at ${path}, from number 1 of 2 on`));
    expect(judge('story', evidence(), { faultEndedAt: ENDED_AT, isOrdered }).passed).to.equal(true);
    expect(judged({ received }).passed).to.equal(true);
  });

  it('measures how long what was committed during the fault took to arrive after it', () => {
    const late = { path: '/one', reference: 'a', webhookIds: ['evt_a'], requests: 1, firstAt: 12_340 };
    const after = { reference: 'c', placedAt: ENDED_AT + 1 };
    const received = [
      ...evidence().received.slice(1),
      late,
      ...WEBHOOKS.map((path) => reception(path, 'c', { firstAt: 99_000 })),
    ];
    const committed = [...evidence().committed, after];
    expect(judged({ received, committed, storedEvents: 3 })).to.include({ catchUpS: 2.3, passed: true });
  });
});
