import { type Context, defineEvents, type Event, payload, withContext } from '@hookline/core';
import { expect } from 'chai';
import { buildHub } from '../../support/build-hub.js';
import { expectError } from '../../support/expect-error.js';
import { pretendTransaction } from '../../support/pretend-transaction.js';

const events = defineEvents({
  'order.paid': payload<{ id: number }>(),
  'cart.shown': payload<{ id: number }>({ transient: true }),
});
const USER = { type: 'user', id: 7 };
const CONTEXT: Context = { actor: USER, account: 42, requestId: 'r1' };

describe('an event dispatched in a context', () => {
  for (const type of ['order.paid', 'cart.shown'] as const) {
    it(`has what its options leave out: ${type}`, async () => {
      const { hub } = buildHub({ events });
      const event = await withContext(CONTEXT, () => hub.dispatch(type, { id: 1 }));
      expect(event).to.include({ accountId: 42, requestId: 'r1', causationId: null, depth: 0 });
      expect(event.actor).to.deep.equal(USER);
      expect(event.correlationId).to.equal(event.id);
    });

    it(`stands in the chain that the context names: ${type}`, async () => {
      const { hub } = buildHub({ events });
      const chain = { causationId: 'evt_b', correlationId: 'evt_a', depth: 2 };
      const event = await withContext(chain, () => hub.dispatch(type, { id: 1 }));
      expect(event).to.include(chain);
    });

    it(`has what its options say, also that it is of no account: ${type}`, async () => {
      const { hub } = buildHub({ events });
      const actor = { type: 'job', id: null };
      const event = await withContext(CONTEXT, () => hub.dispatch(type, { id: 1 }, { account: null, actor }));
      expect(event).to.include({ accountId: null, requestId: 'r1' });
      expect(event.actor).to.deep.equal(actor);
    });

    it(`knows nothing without a context: ${type}`, async () => {
      const { hub } = buildHub({ events });
      const event = await hub.dispatch(type, { id: 1 });
      expect(event).to.include({ accountId: null, depth: 0 });
      expect(event).to.not.have.any.keys('requestId', 'actor');
    });
  }

  it('follows from the cause that is named, whatever the context says', async () => {
    const { hub } = buildHub({ events });
    const cause = await hub.dispatch('order.paid', { id: 1 });
    const chain = { causationId: 'evt_b', correlationId: 'evt_a', depth: 2 };
    const event = await withContext({ ...CONTEXT, ...chain }, () =>
      hub.dispatch('order.paid', { id: 2 }, { cause }),
    );
    expect(event).to.include({ causationId: cause.id, correlationId: cause.id, depth: 1, accountId: 42 });
  });

  it('takes a context that is named in place of the one around it', async () => {
    const { hub } = buildHub({ events });
    const event = await withContext(CONTEXT, () =>
      hub.dispatch('order.paid', { id: 1 }, { context: { requestId: 'r2' } }),
    );
    expect(event).to.include({ requestId: 'r2', accountId: null });
    expect(event.actor).to.equal(undefined);
  });

  it('is the same in a transaction and among many', async () => {
    const { hub } = buildHub({ events });
    const transaction = pretendTransaction();
    const [alone, [first, second]] = await withContext(CONTEXT, async () => [
      await hub.dispatch('order.paid', { id: 1 }, { transaction }),
      await hub.dispatchAll([
        { type: 'order.paid', data: { id: 2 } },
        { type: 'order.paid', data: { id: 3 }, account: 43, context: { requestId: 'r2' } },
      ]),
    ]);
    const known = ({ accountId, requestId, actor }: Event = alone) => ({ accountId, requestId, actor });
    expect(known(alone)).to.deep.equal({ accountId: 42, requestId: 'r1', actor: USER });
    expect(known(first)).to.deep.equal(known(alone));
    expect(known(second)).to.deep.equal({ accountId: 43, requestId: 'r2', actor: undefined });
  });

  it('is stored with the id of the request, which is not in what is sent', async () => {
    const { hub, http } = buildHub({ events });
    await hub.webhooks.create({ accountId: 42, url: 'https://receiver.example/', subscriptions: ['*'] });
    const { id } = await withContext(CONTEXT, () => hub.dispatch('order.paid', { id: 1 }));
    await hub.drain();
    expect(await hub.events.get(id)).to.include({ requestId: 'r1' });
    const [sent] = http.sent;
    expect(JSON.parse(String(sent?.body)))
      .to.include.keys('actor', 'account')
      .and.not.have.property('requestId');
    expect(String(sent?.body)).to.not.include('r1');
  });

  const wrong: readonly (readonly [string, object])[] = [
    ['account', { account: '' }],
    ['actor', { actor: 'user 7' }],
    ['context', { context: 'user 7' }],
    ['context.account', { context: { account: '' } }],
    ['context.actor', { context: { actor: { type: 'user' } } }],
  ];
  for (const [option, options] of wrong) {
    it(`is refused where ${option} is wrong, by that name`, async () => {
      const { hub } = buildHub({ events });
      for (const type of ['order.paid', 'cart.shown'] as const) {
        const error = await expectError('OPTION_INVALID', () => hub.dispatch(type, { id: 1 }, options));
        expect(error.details).to.include({ option });
      }
      expect(await hub.events.list()).to.deep.equal([]);
    });
  }
});
