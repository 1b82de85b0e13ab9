import type { Store } from '@hookline/core';
import { expect } from 'chai';
import { aWebhook, NOW, nextId } from './store-records.js';

const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

export function webhookContract(store: () => Store): void {
  describe('webhooks', () => {
    it('gives a webhook back as it was stored', async () => {
      const webhook = aWebhook({
        description: 'for "them"',
        secrets: [
          { sealed: 'whsec_new', createdAt: NOW, expiresAt: null },
          { sealed: 'whsec_old', createdAt: NOW - 10, expiresAt: NOW + 10 },
        ],
      });
      await store().webhooks.insert(webhook);
      expect(await store().webhooks.get(webhook.id, {})).to.deep.equal(webhook);
      expect(await store().webhooks.get(nextId('wh'), {})).to.equal(null);
    });

    it('changes what the patch names and nothing else', async () => {
      const webhook = aWebhook({ description: 'before' });
      await store().webhooks.insert(webhook);
      const patch = { description: null, active: false, subscriptions: ['*'], updatedAt: NOW + 1 };
      const changed = { ...webhook, ...patch };
      expect(await store().webhooks.update(webhook.id, { accountId: '42' }, patch)).to.deep.equal(changed);
      expect(await store().webhooks.get(webhook.id, {})).to.deep.equal(changed);
    });

    it('changes only what is still as it was expected to be', async () => {
      const webhook = aWebhook();
      const { id, url, secrets } = webhook;
      await store().webhooks.insert(webhook);
      const other = [{ sealed: 'whsec_other', createdAt: NOW, expiresAt: null }];
      const patch = { active: false, updatedAt: NOW + 1 };
      for (const onlyIf of [{ url: 'https://example.com' }, { secrets: other }, { url, secrets: other }]) {
        expect(await store().webhooks.update(id, {}, patch, onlyIf)).to.equal(null);
      }
      expect(await store().webhooks.get(id, {})).to.deep.equal(webhook);
      expect(await store().webhooks.update(id, { accountId: '43' }, patch, { url })).to.equal(null);
      const changed = { ...webhook, ...patch };
      expect(await store().webhooks.update(id, {}, patch, { url, secrets })).to.deep.equal(changed);
    });

    it('lets one of two changes at the same time through where both expect what they read', async () => {
      const { id } = aWebhook();
      await store().webhooks.insert(aWebhook({ id }));
      const read = await store().webhooks.get(id, {});
      const secrets = read?.secrets ?? [];
      const rotate = (sealed: string) => {
        const rotated = [{ sealed, createdAt: NOW + 1, expiresAt: null }, ...secrets];
        return store().webhooks.update(id, {}, { secrets: rotated, updatedAt: NOW + 1 }, { secrets });
      };
      const both = await Promise.all([rotate('whsec_one'), rotate('whsec_two')]);
      const [winner, ...others] = both.filter((webhook) => webhook !== null);
      expect(others).to.deep.equal([]);
      expect(winner?.secrets).to.have.length(2);
      expect(await store().webhooks.get(id, {})).to.deep.equal(winner);
    });

    it('deletes', async () => {
      const webhook = aWebhook();
      await store().webhooks.insert(webhook);
      expect(await store().webhooks.delete(webhook.id, {})).to.equal(true);
      expect(await store().webhooks.get(webhook.id, {})).to.equal(null);
      expect(await store().webhooks.delete(webhook.id, {})).to.equal(false);
    });

    it('lists newest first, page by page', async () => {
      const webhooks = [aWebhook(), aWebhook(), aWebhook()];
      for (const webhook of webhooks) await store().webhooks.insert(webhook);
      const [w1, w2, w3] = ids(webhooks);
      expect(ids(await store().webhooks.list({ limit: 2 }))).to.deep.equal([w3, w2]);
      expect(ids(await store().webhooks.list({ limit: 2, before: String(w2) }))).to.deep.equal([w1]);
    });

    it('finds the webhooks of many accounts at once, active or not', async () => {
      const [mine, idle, theirs] = [aWebhook(), aWebhook({ active: false }), aWebhook({ accountId: '43' })];
      const nobodys = aWebhook({ accountId: null });
      for (const webhook of [mine, idle, theirs, nobodys]) await store().webhooks.insert(webhook);
      const ofAccounts = async (...accounts: (string | null)[]) =>
        ids((await store().webhooks.ofAccounts(accounts)).webhooks).sort();
      expect(await ofAccounts('42')).to.deep.equal([mine.id, idle.id]);
      expect(await ofAccounts('42', '43', '44')).to.deep.equal([mine.id, idle.id, theirs.id]);
      expect(await ofAccounts(null)).to.deep.equal([nobodys.id]);
      expect(await ofAccounts(null, '43')).to.deep.equal([theirs.id, nobodys.id]);
      expect(await ofAccounts()).to.deep.equal([]);
    });

    it('tells with each answer a version that every change of a webhook changes', async () => {
      const [webhook, other] = [aWebhook(), aWebhook({ accountId: '43' })];
      const versions: string[] = [];
      const note = async () => versions.push((await store().webhooks.ofAccounts(['42'])).version);
      await note();
      await store().webhooks.insert(webhook);
      await note();
      await store().webhooks.insert(other);
      await note();
      await store().webhooks.update(other.id, {}, { description: 'new', updatedAt: NOW + 1 });
      await note();
      await store().webhooks.delete(other.id, {});
      await note();
      expect(new Set(versions).size).to.equal(5);
    });

    it('keeps the version where no webhook is changed', async () => {
      const webhook = aWebhook();
      await store().webhooks.insert(webhook);
      const versionOf = async (...accounts: (string | null)[]) =>
        (await store().webhooks.ofAccounts(accounts)).version;
      const before = await versionOf('42');
      await store().webhooks.get(webhook.id, {});
      expect(await versionOf('42')).to.equal(before);
      expect(await versionOf()).to.equal(before);
      expect(await versionOf(null, '43')).to.equal(before);
    });

    it('keeps the webhooks of other accounts from being read or changed', async () => {
      const webhook = aWebhook({ accountId: '43' });
      await store().webhooks.insert(webhook);
      for (const scope of [{ accountId: '42' }, { accountId: null }]) {
        expect(await store().webhooks.get(webhook.id, scope)).to.equal(null);
        expect(await store().webhooks.list({ ...scope, limit: 10 })).to.deep.equal([]);
        expect(await store().webhooks.update(webhook.id, scope, { active: false, updatedAt: 1 })).to.equal(
          null,
        );
        expect(await store().webhooks.delete(webhook.id, scope)).to.equal(false);
      }
      expect(await store().webhooks.get(webhook.id, { accountId: '43' })).to.deep.equal(webhook);
    });
  });
}
