import type { AccountWebhooks, WebhookRecord } from '@hookline/core';
import { expect } from 'chai';
import { WebhookCache } from '../../../packages/core/src/delivery/webhook-cache.js';
import { aWebhook } from '../../contracts/store-records.js';

/** Webhooks that count how often they are read. */
class Shelf {
  readonly asked: (readonly (string | null)[])[] = [];
  webhooks: readonly WebhookRecord[] = [];
  version = '1';
  meanwhile: () => void = () => {};

  async ofAccounts(accountIds: readonly (string | null)[]): Promise<AccountWebhooks> {
    this.asked.push(accountIds);
    const webhooks = this.webhooks.filter(({ accountId }) => accountIds.includes(accountId));
    const { version } = this;
    this.meanwhile();
    return { webhooks, version };
  }
}

function build(...webhooks: readonly WebhookRecord[]) {
  const shelf = new Shelf();
  shelf.webhooks = webhooks;
  return { shelf, cache: new WebhookCache(shelf as never) };
}

describe('the webhook cache', () => {
  const mine = aWebhook({ accountId: '1', subscriptions: ['message.*'] });
  const theirs = aWebhook({ accountId: '2', subscriptions: ['*'] });

  it('reads the webhooks of an account once, also where it has none', async () => {
    const { shelf, cache } = build(mine);
    for (let i = 0; i < 3; i += 1) {
      const directory = await cache.directoryOf(['1', null]);
      expect(directory.subscribersOf('1', 'message.created')).to.deep.equal([mine]);
      expect(directory.subscribersOf('1', 'conversation.created')).to.deep.equal([]);
      expect(directory.subscribersOf(null, 'message.created')).to.deep.equal([]);
    }
    expect(shelf.asked).to.deep.equal([['1', null]]);
  });

  it('reads only what it does not have', async () => {
    const { shelf, cache } = build(mine, theirs);
    await cache.directoryOf(['1']);
    const directory = await cache.directoryOf(['1', '2']);
    expect(directory.subscribersOf('1', 'message.created')).to.deep.equal([mine]);
    expect(directory.subscribersOf('2', 'message.created')).to.deep.equal([theirs]);
    expect(shelf.asked).to.deep.equal([['1'], ['2']]);
  });

  it('reads all anew when what it reads is of another version', async () => {
    const { shelf, cache } = build(mine, theirs);
    await cache.directoryOf(['1']);
    const other = { ...mine, url: 'https://example.com/other' };
    shelf.webhooks = [other, theirs];
    shelf.version = '2';
    const directory = await cache.directoryOf(['1', '2']);
    expect(directory.version).to.equal('2');
    expect(directory.subscribersOf('1', 'message.created')).to.deep.equal([other]);
    expect(shelf.asked).to.deep.equal([['1'], ['2'], ['1', '2']]);
  });

  it('mixes no versions where the webhooks change while it reads', async () => {
    const { shelf, cache } = build(mine, theirs);
    await cache.directoryOf(['1']);
    shelf.version = '2';
    shelf.meanwhile = () => {
      shelf.version = '3';
      shelf.meanwhile = () => {};
    };
    const directory = await cache.directoryOf(['1', '2']);
    expect(directory.version).to.equal('3');
    expect(directory.subscribersOf('1', 'message.created')).to.deep.equal([mine]);
  });

  it('loses nothing where many read at once and forget meanwhile', async () => {
    const { shelf, cache } = build(mine, theirs);
    const reads = Array.from({ length: 20 }, async (_, i) => {
      if (i % 3 === 0) cache.forget();
      if (i % 4 === 0) shelf.version = String(i);
      const directory = await cache.directoryOf(i % 2 === 0 ? ['1', '2'] : ['2']);
      expect(directory.subscribersOf('2', 'message.created')).to.deep.equal([theirs]);
      if (i % 2 === 0) expect(directory.subscribersOf('1', 'message.created')).to.deep.equal([mine]);
    });
    await Promise.all(reads);
  });

  it('reads anew what it was told to forget', async () => {
    const { shelf, cache } = build(mine);
    await cache.directoryOf(['1']);
    shelf.webhooks = [];
    cache.forget();
    expect((await cache.directoryOf(['1'])).subscribersOf('1', 'message.created')).to.deep.equal([]);
  });
});
