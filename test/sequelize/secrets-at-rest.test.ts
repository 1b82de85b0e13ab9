import { createHub, type NewWebhook } from '@hookline/core';
import { bullQueue } from '@hookline/core/bull';
import { startReceiver } from '@hookline/core/testing';
import { migrate, sequelizeStore } from '@hookline/sequelize';
import { expect } from 'chai';
import { anAuthority } from '../support/certificates.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { freshPrefix, sharedRedis, sharedRedisUrl } from '../support/redis.js';
import { type Connection, connect } from './connect.js';

const KEY = Buffer.alloc(32, 7).toString('base64');

describe('what is secret of webhooks', () => {
  let connection: Connection;
  before(async () => {
    connection = await connect();
    await migrate(connection.sequelize);
  });
  after(() => connection.close());

  /** All that the database holds, as text. */
  async function dump(): Promise<string> {
    const [tables] = await connection.sequelize.query(
      `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`,
    );
    const texts: string[] = [];
    for (const { tablename } of tables as { tablename: string }[]) {
      const [rows] = await connection.sequelize.query(`SELECT t::text AS text FROM "${tablename}" AS t`);
      texts.push(...(rows as { text: string }[]).map(({ text }) => text));
    }
    return texts.join('\n');
  }

  it('stands in no table, no line of the log, no answer of the hub, and goes to no Redis', async () => {
    const monitor = await (await sharedRedis()).monitor();
    const commands: string[] = [];
    monitor.on('monitor', (_: string, args: string[]) => commands.push(args.join(' ')));
    const receiver = await startReceiver();
    const logger = new RecordingLogger();
    const hub = createHub({
      store: sequelizeStore(connection.sequelize),
      queue: bullQueue({ url: await sharedRedisUrl(), prefix: freshPrefix() }),
      encryptionKey: KEY,
      logger,
      retry: [10, 10],
      delivery: { allowAddresses: ['127.0.0.0/8'] },
    });
    const identity = await (await anAuthority('ours')).issue('client');
    const input = { url: receiver.url, subscriptions: ['*'] };
    const away = 'http://127.0.0.1:45678/';
    const kinds: readonly Partial<NewWebhook>[] = [
      {},
      { signature: 'v1a' },
      { profile: 'stripe' },
      { profile: 'github', secret: 'plain text of a secret' },
      { headers: { 'x-api-key': 'plain-header-value' } },
      { auth: { type: 'basic', username: 'me', password: 'plain-password' } },
      { auth: { type: 'bearer', token: 'plain-bearer-token' } },
      { url: away, headers: { 'x-api-key': 'plain-header-value' } },
      { auth: { type: 'oauth2', tokenUrl: away, clientId: 'id', clientSecret: 'plain-client-secret' } },
      { url: receiver.url.replace('http:', 'https:'), tls: identity },
    ];
    const secrets: string[] = [];
    const answers: unknown[] = [];
    for (const kind of kinds) {
      const { webhook, secret } = await hub.webhooks.create({ ...input, ...kind });
      answers.push(webhook, await hub.webhooks.update(webhook.id, { description: 'changed' }));
      secrets.push(...(kind.signature === 'v1a' ? [] : [secret]));
      const next = kind.secret === undefined ? {} : { secret: `another ${kind.secret}` };
      if (kind.signature !== 'v1a') secrets.push(await hub.webhooks.rotateSecret(webhook.id, next));
      const refused = await hub.webhooks
        .rotateSecret(webhook.id, { secret: 'plain\ttext' })
        .catch((each) => each);
      answers.push(refused.message, refused.details);
    }
    const deliveriesOf = async () =>
      (await hub.deliveries.list({ limit: 100 })).filter(({ finalizedAt }) => finalizedAt !== null);
    for (let i = 0; i < 3; i++) await hub.dispatch('order.paid', { i });
    while ((await deliveriesOf()).length < 3 * kinds.length) await hub.drain();
    answers.push(await hub.webhooks.list(), await hub.deliveries.list(), await hub.events.list());
    for (const { id } of await hub.deliveries.list({ limit: 100 }))
      answers.push(await hub.deliveries.attempts(id));
    const text = [
      await dump(),
      JSON.stringify(logger.lines),
      JSON.stringify(answers),
      commands.join('\n'),
    ].join('\n');
    const privateLine = identity.privateKey.split('\n')[1] ?? '';
    const plain = [
      'plain-header-value',
      'plain-password',
      'plain-bearer-token',
      'plain-client-secret',
      'plain\ttext',
      'plain\\ttext',
      'whsk_',
      privateLine,
      KEY,
    ];
    for (const each of [...plain, ...secrets, ...secrets.map((secret) => secret.replace('whsec_', ''))]) {
      expect(text.includes(each), `${each.slice(0, 12)}...`).to.equal(false);
    }
    expect(text).to.include('order.paid');
    expect(commands).to.not.be.empty;
    monitor.disconnect(false);
    await hub.close();
    await receiver.close();
  }).timeout(60_000);
});
