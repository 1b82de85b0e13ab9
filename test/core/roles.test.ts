import { createHub, memoryStore, type Role } from '@hookline/core';
import { expect } from 'chai';
import { buildHub } from '../support/build-hub.js';
import { expectError } from '../support/expect-error.js';

/** Two processes on one store, as far as one process can play them. */
function twoHubs() {
  const store = memoryStore();
  const front = buildHub({ store, roles: ['web'] });
  const back = buildHub({ store, clock: front.clock, roles: ['relay', 'worker'] });
  return { store, front, back };
}

describe('roles', () => {
  it('keeps a web process from relaying and delivering; another process does both', async () => {
    const { front, back } = twoHubs();
    await front.hub.webhooks.create({ url: 'https://example.com', subscriptions: ['*'] });
    await front.hub.dispatch('order.paid', { id: 1 });
    await front.hub.drain();
    expect(front.http.sent).to.have.length(0);
    await back.hub.drain();
    expect(front.http.sent).to.have.length(0);
    expect(back.http.sent).to.have.length(1);
    await Promise.all([front.hub.close(), back.hub.close()]);
  });

  it('owes a web process’s event to the async listeners of the process that relays it', async () => {
    const { front, back } = twoHubs();
    const heard: string[] = [];
    back.hub.on('order.*', ({ type }) => heard.push(type), { lane: 'async', name: 'ship' });
    await front.hub.dispatch('order.paid', {});
    await back.hub.drain();
    expect(heard).to.deep.equal(['order.paid']);
    await Promise.all([front.hub.close(), back.hub.close()]);
  });

  it('runs sync listeners once: in the web process where it has any, else in the one that relays', async () => {
    const { front, back } = twoHubs();
    const heard: string[] = [];
    front.hub.on('order.paid', () => heard.push('front'));
    back.hub.on('order.*', ({ type }) => heard.push(`back ${type}`));
    await front.hub.dispatch('order.paid', {});
    await front.hub.dispatch('order.sent', {});
    await new Promise(setImmediate);
    await back.hub.drain();
    expect(heard).to.deep.equal(['front', 'back order.sent']);
    await Promise.all([front.hub.close(), back.hub.close()]);
  });

  it('hears an event again in another process where the first ended before its listeners did', async () => {
    const store = memoryStore();
    const front = buildHub({ store, roles: ['web'] });
    const back = buildHub({ store, roles: ['relay', 'worker'] });
    const heard: string[] = [];
    front.hub.on('order.paid', () => new Promise(() => {}));
    back.hub.on('order.paid', () => heard.push('back'));
    void front.hub.dispatch('order.paid', {});
    await new Promise(setImmediate);
    await back.hub.drain();
    expect(heard).to.deep.equal([]);
    back.clock.advance(30_000);
    await back.hub.drain();
    expect(heard).to.deep.equal(['back']);
    await back.hub.close();
  });

  it('drains a web process again and again: it has nothing to wait for', async () => {
    const { front } = twoHubs();
    for (let times = 0; times < 3; times += 1) await front.hub.drain();
    await front.hub.close();
  });

  it('takes roles from createHub or from start, and start wins', async () => {
    const { hub, http } = buildHub({ roles: ['web'] });
    await hub.start({ roles: ['web', 'relay', 'worker'] });
    await hub.webhooks.create({ url: 'https://example.com', subscriptions: ['*'] });
    await hub.dispatch('order.paid', {});
    await hub.drain();
    expect(http.sent).to.have.length(1);
    await hub.close();
  });

  it('can still choose roles in the tick in which something was mounted', async () => {
    const { hub } = buildHub();
    const mounted = hub.start();
    await hub.start({ roles: ['web'] });
    await mounted;
    await hub.close();
  });

  it('refuses other roles after any waiting, however long the store takes to open', async () => {
    const store = memoryStore();
    store.open = () => new Promise((resolve) => void setTimeout(resolve, 50));
    const { hub } = buildHub({ store });
    const mounted = hub.start();
    await new Promise<void>((resolve) => void setImmediate(resolve));
    await expectError('ROLES_FIXED', () => hub.start({ roles: ['web'] }));
    await mounted;
    await hub.close();
  });

  it('refuses other roles once the work has begun', async () => {
    const { hub } = buildHub();
    await hub.start();
    const error = await expectError('ROLES_FIXED', () => hub.start({ roles: ['web'] }));
    expect(error.details).to.include({ asked: 'web' });
    await hub.start({ roles: ['worker', 'web', 'relay'] });
    await hub.close();
  });

  for (const roles of [[], ['webb'], 'web', [null]]) {
    it(`refuses ${JSON.stringify(roles)} as roles`, async () => {
      const { hub } = buildHub();
      await expectError('OPTION_INVALID', () => hub.start({ roles: roles as Role[] }));
      await expectError('OPTION_INVALID', () => createHub({ roles: roles as Role[] }));
    });
  }
});
