import { type Event, type HubOptions, Listener, memoryStore, type Store } from '@hookline/core';
import { hmac } from '@hookline/core/sources';
import { expect } from 'chai';
import { buildHub } from '../../support/build-hub.js';
import { expectError } from '../../support/expect-error.js';

const SECOND = 1_000;
const OPTIONS = { lane: 'async', name: 'books', order: 'subject', retry: [SECOND, SECOND] } as const;

interface Order {
  readonly n: string;
}

/** A hub in memory with one listener in order, whose runs fail for what is in `failing`. */
function build(options: HubOptions = {}, parts: object = {}) {
  const world = buildHub({ onListenerError: () => {}, ...options });
  const { hub } = world;
  const seen: string[] = [];
  const failing = new Set<string>();
  const handle = ({ data }: Event) => {
    const { n } = data as Order;
    seen.push(n);
    if (failing.has(n)) throw new Error('boom');
  };
  const off = hub.on('order.*', handle, { ...OPTIONS, ...parts });
  const dispatch = async (id: number | null, n: string, account?: number) => {
    const subject = id === null ? {} : { subject: { type: 'Order', id } };
    await hub.dispatch('order.updated', { n }, { ...subject, ...(account !== undefined && { account }) });
  };
  return { ...world, seen, failing, dispatch, off };
}

describe('a listener in order', () => {
  it('gets what is about one subject in the order it was stored, behind one that is tried again', async () => {
    const { hub, clock, seen, failing, dispatch } = build();
    failing.add('a1');
    for (const n of ['a1', 'a2', 'a3']) await dispatch(7, n);
    await hub.drain();
    expect(seen).to.deep.equal(['a1']);
    clock.advance(2 * SECOND);
    await hub.drain();
    failing.clear();
    clock.advance(2 * SECOND);
    await hub.drain();
    expect(seen).to.deep.equal(['a1', 'a1', 'a1', 'a2', 'a3']);
  });

  it('has other subjects, other accounts and events about nothing wait for none', async () => {
    const { hub, seen, failing, dispatch } = build();
    failing.add('a1');
    await dispatch(7, 'a1');
    await dispatch(7, 'a2');
    await dispatch(8, 'b1');
    await dispatch(7, 'of another account', 42);
    await dispatch(null, 'about nothing');
    await dispatch(null, 'about nothing either');
    await hub.drain();
    expect(seen)
      .to.have.members(['a1', 'b1', 'of another account', 'about nothing', 'about nothing either'])
      .and.to.have.length(5);
  });

  it('goes on behind one that is exhausted; waiting uses up no attempt', async () => {
    const { hub, clock, seen, failing, dispatch } = build();
    for (const n of ['a1', 'a2']) failing.add(n);
    for (const n of ['a1', 'a2', 'a3']) await dispatch(7, n);
    await hub.drain();
    for (let i = 0; i < 4; i++) {
      clock.advance(2 * SECOND);
      await hub.drain();
    }
    expect(seen).to.deep.equal(['a1', 'a1', 'a1', 'a2', 'a2', 'a2', 'a3']);
  });

  it('keeps no other listener of the same events waiting', async () => {
    const { hub, failing, dispatch } = build();
    const others: string[] = [];
    hub.on('order.*', ({ data }) => void others.push((data as Order).n), { lane: 'async', name: 'free' });
    hub.on('order.*', ({ data }) => void others.push((data as Order).n), { ...OPTIONS, name: 'too' });
    failing.add('a1');
    for (const n of ['a1', 'a2']) await dispatch(7, n);
    await hub.drain();
    expect(others.sort()).to.deep.equal(['a1', 'a1', 'a2', 'a2']);
  });

  it('never has two at work for one subject, however many arrive at once', async () => {
    const { hub } = buildHub();
    const running = new Map<string, number>();
    const seen = new Map<string, number[]>();
    let most = 0;
    const handle = async ({ subject, data }: Event) => {
      const key = String(subject?.id);
      running.set(key, (running.get(key) ?? 0) + 1);
      most = Math.max(most, running.get(key) ?? 0);
      await new Promise((resolve) => setImmediate(resolve));
      seen.set(key, [...(seen.get(key) ?? []), (data as { readonly n: number }).n]);
      running.set(key, (running.get(key) ?? 0) - 1);
    };
    hub.on('order.*', handle, OPTIONS);
    await hub.dispatchAll(
      Array.from({ length: 60 }, (_, n) => ({
        type: 'order.updated',
        data: { n },
        subject: { type: 'Order', id: n % 3 },
      })),
    );
    await hub.drain();
    expect(most).to.equal(1);
    for (const [key, numbers] of seen) {
      const expected = Array.from({ length: 20 }, (_, index) => index * 3 + Number(key));
      expect(numbers).to.deep.equal(expected);
    }
    expect(seen).to.have.length(3);
  });

  it('goes on where it is transactional, too', async () => {
    const { hub, seen, dispatch } = build({}, { transaction: true });
    for (const n of ['a1', 'a2', 'a3']) await dispatch(7, n);
    await hub.drain();
    expect(seen).to.deep.equal(['a1', 'a2', 'a3']);
  });

  it('goes on with the next sweep where nobody gave the next its turn', async () => {
    const { store, lose } = losingTurns();
    const { hub, seen, dispatch } = build({ store });
    lose(true);
    for (const n of ['a1', 'a2']) await dispatch(7, n);
    await hub.drain().catch(() => {});
    expect(seen).to.deep.equal([]);
    lose(false);
    await hub.drain();
    expect(seen).to.deep.equal(['a1', 'a2']);
  });

  it('lets a run go that is cancelled for want of its listener, and those behind it', async () => {
    const { hub, clock, seen, failing, dispatch, off } = build();
    failing.add('a1');
    for (const n of ['a1', 'a2']) await dispatch(7, n);
    await hub.drain();
    off();
    clock.advance(4 * 24 * 60 * 60 * SECOND);
    await hub.drain();
    hub.on('order.*', ({ data }) => void seen.push((data as Order).n), OPTIONS);
    await dispatch(7, 'a3');
    await hub.drain();
    expect(seen).to.deep.equal(['a1', 'a3']);
  });

  it('may be an instance of a class', async () => {
    const seen: unknown[] = [];
    class Books extends Listener {
      override readonly lane = 'async';
      override readonly order = 'subject';
      override readonly retry = [SECOND];
      override readonly patterns = ['order.*'];
      override handle({ data }: Event) {
        const { n } = data as Order;
        if (n === 'a1' && seen.push(n) === 1) throw new Error('boom');
        if (n !== 'a1') seen.push(n);
      }
    }
    const { hub, clock } = buildHub({ listeners: [new Books()], onListenerError: () => {} });
    for (const n of ['a1', 'a2'])
      await hub.dispatch('order.updated', { n }, { subject: { type: 'Order', id: 7 } });
    await hub.drain();
    expect(seen).to.deep.equal(['a1']);
    clock.advance(2 * SECOND);
    await hub.drain();
    expect(seen).to.deep.equal(['a1', 'a1', 'a2']);
  });

  it('takes requests about the same one after the other, by the subject that their source tells', async () => {
    const { hub, clock } = buildHub({ onListenerError: () => {} });
    const secret = 'shared secret';
    const source = hmac({
      secret,
      id: { path: 'id' },
      type: { path: 'type' },
      header: 'x-signature',
      subject: { path: 'customer' },
    });
    hub.addSource('bank', source);
    const seen: string[] = [];
    const handle = ({ data, subject }: Event) => {
      const { id } = data as { readonly id: string };
      seen.push(`${id} about ${subject?.type} ${subject?.id}`);
      if (seen.length === 1) throw new Error('boom');
    };
    hub.on('bank.*', handle, OPTIONS);
    for (const [id, customer] of [
      ['1', 'cus_7'],
      ['2', 'cus_7'],
      ['3', 'x'.repeat(5_000)],
    ]) {
      const now = clock.now();
      const signed = source.sign({ data: { id, type: 'payment.made', customer }, now });
      await hub.receive('bank', { ...signed, origin: null });
      await hub.drain();
    }
    clock.advance(2 * SECOND);
    await hub.drain();
    const [first, other, ...rest] = seen;
    expect(first).to.equal('1 about bank cus_7');
    expect(other).to.match(/^3 about bank sha256:[0-9a-f]{64}$/);
    expect(rest).to.deep.equal(['1 about bank cus_7', '2 about bank cus_7']);
  });

  for (const [problem, options] of [
    ['an order in the sync lane', { order: 'subject' }],
    ['an order that there is not', { lane: 'async', name: 'books', order: 'webhook' }],
    ['an order that is no text', { lane: 'async', name: 'books', order: true }],
  ] as const) {
    it(`is refused with ${problem}`, async () => {
      const { hub } = buildHub();
      await expectError('LISTENER_INVALID', async () => hub.on('order.*', () => {}, options as object));
    });
  }

  it('is refused as an instance in the sync lane', async () => {
    class Books extends Listener {
      override readonly order = 'subject';
      override readonly patterns = ['order.*'];
      override handle() {}
    }
    await expectError('LISTENER_INVALID', async () => buildHub({ listeners: [new Books()] }));
  });
});

/** A memory store that gives no run its turn while it is told so. */
function losingTurns() {
  const store = memoryStore();
  const { runs } = store;
  let isLosing = false;
  const fail = () => Promise.reject(new Error('the process died'));
  const losing: Store['runs'] = {
    claim: (request) => runs.claim(request),
    settle: (results) => runs.settle(results),
    settleWith: (work) => runs.settleWith(work),
    renew: (claims, leasedUntil) => runs.renew(claims, leasedUntil),
    release: (ids, lease) => runs.release(ids, lease),
    promote: (turns, now) => (isLosing ? fail() : runs.promote(turns, now)),
    waitingGroups: (limit) => runs.waitingGroups(limit),
  };
  const lose = (is: boolean) => {
    isLosing = is;
  };
  return { store: { ...store, runs: losing }, lose };
}
