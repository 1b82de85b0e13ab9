import { defineEvents, Listener, memoryStore, payload } from '@hookline/core';
import { expect } from 'chai';
import { buildHub } from '../../support/build-hub.js';
import { pretendTransaction } from '../../support/pretend-transaction.js';

const events = defineEvents({
  'row.found': payload<{ id: number }>(),
  'row.closed': payload<{ id: number }>(),
  'row.hidden': payload<{ id: number }>({ visibility: 'internal' }),
});

/** A hub with listeners in both lanes and three webhooks; what is told to whom is noted. */
async function build(options: Parameters<typeof buildHub<typeof events>>[0] = {}) {
  const heard: string[] = [];
  class EveryRow extends Listener<typeof events> {
    override readonly lane = 'async';
    rowFound() {
      heard.push('class');
    }
  }
  const world = buildHub({ events, ...options });
  const { hub, http } = world;
  hub.on('*', () => void heard.push('sync'));
  hub.on('row.*', () => void heard.push('async'), { lane: 'async', name: 'rows' });
  hub.use(new EveryRow());
  const create = async (name: string, accountId: number, subscriptions: readonly string[]) => {
    const url = `https://${name}.example/hook`;
    return (await hub.webhooks.create({ url, accountId, subscriptions })).webhook.id;
  };
  const webhooks = {
    meant: await create('meant', 42, ['row.found']),
    beside: await create('beside', 42, ['*']),
    foreign: await create('foreign', 43, ['*']),
    choosy: await create('choosy', 42, ['row.closed']),
  };
  const told = () => http.sent.map(({ url }) => new URL(String(url)).hostname.split('.')[0]);
  return { ...world, heard, webhooks, told };
}

describe('an event for one webhook', () => {
  it('is told to that webhook alone, and to no listener of either lane', async () => {
    const { hub, heard, told, webhooks } = await build();
    const event = await hub.dispatch('row.found', { id: 1 }, { account: 42, webhookId: webhooks.meant });
    await hub.drain();
    expect(heard).to.deep.equal([]);
    expect(told()).to.deep.equal(['meant']);
    const owed = await hub.deliveries.list({ eventId: event.id });
    expect(owed.map(({ webhookId, state }) => [webhookId, state])).to.deep.equal([
      [webhooks.meant, 'delivered'],
    ]);
  });

  it('is so in a transaction, too, and among others of one dispatchAll', async () => {
    const { hub, heard, told, webhooks } = await build();
    const transaction = pretendTransaction();
    const mine = { type: 'row.found', data: { id: 1 }, account: 42 } as const;
    await hub.dispatch('row.found', { id: 1 }, { account: 42, webhookId: webhooks.meant, transaction });
    await hub.dispatchAll([{ ...mine, webhookId: webhooks.meant }, mine], { transaction });
    transaction.commit();
    await hub.drain();
    expect(heard).to.have.members(['sync', 'async', 'class']);
    expect(told()).to.have.members(['meant', 'meant', 'meant', 'beside']);
  });

  it('is so where another process relays it', async () => {
    const store = memoryStore();
    const { hub, heard, webhooks } = await build({ store, roles: ['web'] });
    await hub.dispatch('row.found', { id: 1 }, { account: 42, webhookId: webhooks.meant });
    const relaying = await build({ store });
    await relaying.hub.drain();
    expect([...heard, ...relaying.heard]).to.deep.equal([]);
    expect(relaying.told()).to.deep.equal(['meant']);
  });

  for (const [name, parts] of [
    ['of another account', { account: 42, webhook: 'foreign' }],
    ['of an account, where the event has none', { account: null, webhook: 'meant' }],
    ['that does not subscribe to it', { account: 42, webhook: 'choosy' }],
  ] as const) {
    it(`is told to nobody where that is one ${name}`, async () => {
      const { hub, heard, told, webhooks } = await build();
      const { account, webhook } = parts;
      const event = await hub.dispatch('row.found', { id: 1 }, { account, webhookId: webhooks[webhook] });
      await hub.drain();
      expect([heard, told()]).to.deep.equal([[], []]);
      expect(await hub.deliveries.list({ eventId: event.id })).to.deep.equal([]);
    });
  }

  for (const [name, end] of [
    ['is inactive', { active: false }],
    ['was deleted', null],
  ] as const) {
    it(`is told to nobody where that ${name}`, async () => {
      const { hub, heard, told, webhooks } = await build();
      if (end === null) await hub.webhooks.delete(webhooks.meant);
      else await hub.webhooks.update(webhooks.meant, end);
      await hub.dispatch('row.found', { id: 1 }, { account: 42, webhookId: webhooks.meant });
      await hub.drain();
      expect([heard, told()]).to.deep.equal([[], []]);
      const skipped = (await hub.deliveries.list()).map(({ state, reason }) => [state, reason]);
      expect(skipped).to.deep.equal(end === null ? [] : [['cancelled', 'webhook-inactive']]);
    });
  }

  it('never leaves the process where its type is internal', async () => {
    const { hub, heard, told, webhooks } = await build();
    await hub.dispatch('row.hidden', { id: 1 }, { account: 42, webhookId: webhooks.beside });
    await hub.drain();
    expect([heard, told()]).to.deep.equal([[], []]);
  });
});
