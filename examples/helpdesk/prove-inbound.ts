import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import type { Hub } from '@hookline/core';
import type { WebhookDefinition } from '@octokit/webhooks-examples';
import { sign } from '@octokit/webhooks-methods';
import type { events } from './domain/events.ts';
import { printRow, printTitle, shortId } from './print.ts';
import { githubSecret } from './secrets.ts';

/** Real payloads, as GitHub sends them. */
const examples: readonly WebhookDefinition[] = createRequire(import.meta.url)('@octokit/webhooks-examples');

/** A request signed as GitHub signs becomes an event, once; a forged one does not. */
export async function proveInbound(hub: Hub<typeof events>, url: string): Promise<void> {
  const inboundUrl = `${url}/webhooks/inbound/github`;
  const body = JSON.stringify(findOpenedIssue());
  const request = await signAsGithub(body);
  printTitle('A signed request from GitHub');

  const reply = await fetch(inboundUrl, request);
  assert.equal(reply.status, 202, `the signed request was answered with ${reply.status}`);
  const { eventId } = (await reply.json()) as { readonly eventId: string };
  const event = await hub.events.get(eventId);
  assert.equal(event?.type, 'github.issues.opened', 'the request became another event');
  assert.deepEqual(event.data, JSON.parse(body), 'the event carries other data than the request');
  printRow('POST', `${new URL(inboundUrl).pathname}, ${body.length} bytes, answered ${reply.status}`);
  printRow(event.type, `${shortId(event.id)} with the data of the request`);

  const again = await fetch(inboundUrl, request);
  assert.equal(again.status, 200, 'the same request, sent again, was taken for a new one');
  printRow('sent again', 'recognised, no second event');

  const forged = await fetch(inboundUrl, { ...request, body: body.replace('opened', 'closed') });
  assert.equal(forged.status, 401, 'a forged request was let in');
  printRow('forged', 'refused with 401');
}

function findOpenedIssue(): unknown {
  const issues = examples.find(({ name }) => name === 'issues');
  return issues?.examples.find((example) => 'action' in example && example.action === 'opened');
}

async function signAsGithub(body: string): Promise<RequestInit> {
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'issues',
      'x-github-delivery': randomUUID(),
      'x-hub-signature-256': await sign(githubSecret, body),
    },
    body,
  };
}
