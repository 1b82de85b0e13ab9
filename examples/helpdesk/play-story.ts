import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { Hub, Store } from '@hookline/core';
import type { Sequelize } from 'sequelize';
import type { EmbeddedPostgres } from '../support/embedded-postgres.ts';
import { closeServer, listen } from '../support/serve.ts';
import type { AuditListener } from './domain/audit-listener.ts';
import type { events } from './domain/events.ts';
import { printRow, shortId } from './print.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import { makeRoundTrip } from './round-trip.ts';
import { adminToken } from './secrets.ts';

export interface Helpdesk {
  readonly postgres: EmbeddedPostgres;
  readonly sequelize: Sequelize;
  readonly store: Store;
  readonly hub: Hub<typeof events>;
  readonly audit: AuditListener;
}

/** Serves the app, sends real things both ways, then stays up; with `--once` it ends, with 0 if all was proven. */
export async function playStory(framework: string, app: RequestListener, desk: Helpdesk): Promise<void> {
  const site = createServer(app);
  const url = await listen(site, Number(process.env.PORT ?? 0));
  const receiver = await startReceiver();
  console.log(`Helpdesk on ${framework}, Sequelize and Postgres: ${url}`);
  try {
    const conversationId = await makeRoundTrip({ ...desk, url, receiver });
    if (!process.argv.includes('--once')) await stayUp(url, receiver, conversationId);
  } catch (error) {
    console.error(`\nThe round trip failed: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  } finally {
    await closeServer(site);
    await desk.hub.close();
    await receiver.close();
    await desk.sequelize.close();
    await desk.postgres.stop();
  }
}

async function stayUp(url: string, receiver: Receiver, conversationId: number): Promise<void> {
  console.log(`
Still up. Say something, or look into the deliveries:

  curl -H 'content-type: application/json' -d '{"author":"you","text":"hello"}' ${url}/conversations/${conversationId}/messages
  curl -H 'authorization: Bearer ${adminToken}' ${url}/webhooks/admin/deliveries

  Admin    ${url}/webhooks/admin/{webhooks,deliveries,events,event-types}
  Inbound  ${url}/webhooks/inbound/github

Ctrl-C ends it.
`);
  receiver.announce(({ eventId, body }) => printRow('receiver', `verified ${shortId(eventId)} ${body}`));
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
}
