import type { Source } from '@hookline/core';
import * as sources from '@hookline/core/sources';
import { expect } from 'chai';
import { expectError } from '../../../support/expect-error.js';
import {
  bare,
  mac,
  now,
  nowS,
  prefixed,
  requestOf,
  type Sent,
  secret,
  token,
  verifiesAll,
} from '../../../support/hand-signed.js';

interface SentToTools extends Sent {
  readonly source: Source;
}

/** Requests as these senders make them, signed by Node's own functions. */
const SENT: Readonly<Record<string, SentToTools>> = {
  'a push to Bitbucket': {
    source: sources.bitbucket({ secret }),
    data: { push: {} },
    headers: (body) => ({
      ...prefixed('X-Hub-Signature')(body),
      'X-Event-Key': 'repo:push',
      'X-Request-UUID': 'request-1',
    }),
    id: 'request-1',
    type: 'repo_push',
  },
  'a pull request to Bitbucket Data Center': {
    source: sources.bitbucket({ secret }),
    data: { eventKey: 'pr:opened' },
    headers: (body) => ({
      ...prefixed('X-Hub-Signature')(body),
      'X-Event-Key': 'pr:opened',
      'X-Request-Id': 'request-2',
    }),
    id: 'request-2',
    type: 'pr_opened',
  },
  'an issue in Gitea': {
    source: sources.gitea({ secret }),
    data: { action: 'opened' },
    headers: (body) => ({
      ...bare('X-Gitea-Signature')(body),
      'X-Gitea-Event': 'issues',
      'X-Gitea-Delivery': 'delivery-1',
    }),
    id: 'delivery-1',
    type: 'issues.opened',
  },
  'a push to Forgejo': {
    source: sources.gitea({ secret }),
    data: { ref: 'main' },
    headers: (body) => ({
      ...bare('X-Forgejo-Signature')(body),
      'X-Forgejo-Event': 'push',
      'X-Forgejo-Delivery': 'delivery-2',
    }),
    id: 'delivery-2',
    type: 'push',
  },
  'a Jira issue': {
    source: sources.jira({ secret }),
    data: { webhookEvent: 'jira:issue_created' },
    headers: (body) => ({
      ...prefixed('X-Hub-Signature')(body),
      'X-Atlassian-Webhook-Identifier': 'webhook-1',
    }),
    id: 'webhook-1',
    type: 'jira_issue_created',
  },
  'a Linear issue': {
    source: sources.linear({ secret }),
    data: { type: 'Issue', action: 'create', webhookTimestamp: now },
    headers: (body) => ({ ...bare('Linear-Signature')(body), 'Linear-Delivery': 'delivery-3' }),
    id: 'delivery-3',
    type: 'issue.create',
  },
  'a Sentry issue': {
    source: sources.sentry({ secret }),
    data: { action: 'created' },
    headers: (body) => ({
      ...bare('Sentry-Hook-Signature')(body),
      'Sentry-Hook-Resource': 'issue',
      'Request-ID': 'request-3',
    }),
    id: 'request-3',
    type: 'issue.created',
  },
  'a PagerDuty incident while its secret is replaced': {
    source: sources.pagerduty({ secret }),
    data: { event: { id: 'event-1', event_type: 'incident.triggered' } },
    headers: (body) => ({ 'X-PagerDuty-Signature': `v1=${'0'.repeat(64)},v1=${mac(body)},v2=00` }),
    id: 'event-1',
    type: 'incident.triggered',
  },
  'a CircleCI workflow, with a version to come': {
    source: sources.circleci({ secret }),
    data: { id: 'event-2', type: 'workflow-completed' },
    headers: (body) => ({ 'circleci-signature': `v2=00,v1=${mac(body)}` }),
    id: 'event-2',
    type: 'workflow_completed',
  },
  'a Vercel deployment': {
    source: sources.vercel({ secret }),
    data: { id: 'event-3', type: 'deployment.created' },
    headers: (body) => ({ 'x-vercel-signature': mac(body, 'hex', 'sha1') }),
    id: 'event-3',
    type: 'deployment.created',
  },
  'a Heroku release': {
    source: sources.heroku({ secret }),
    data: { id: 'event-4', resource: 'release', action: 'create' },
    headers: (body) => ({ 'Heroku-Webhook-Hmac-SHA256': mac(body, 'base64') }),
    id: 'event-4',
    type: 'release.create',
  },
  'a Buildkite build': {
    source: sources.buildkite({ secret }),
    data: { event: 'build.finished' },
    headers: (body) => ({
      'X-Buildkite-Signature': `timestamp=${nowS},signature=${mac(`${nowS}.${body}`)}`,
    }),
    id: null,
    type: 'build.finished',
  },
  'a Buildkite build with a token': {
    source: sources.buildkite({ secret, proof: 'token' }),
    data: { event: 'build.running' },
    headers: token('X-Buildkite-Token'),
    id: null,
    type: 'build.running',
  },
  'a video of Cloudflare Stream': {
    source: sources.cloudflareStream({ secret }),
    data: { uid: 'video-1', status: { state: 'ready' } },
    headers: (body) => ({ 'Webhook-Signature': `time=${nowS},sig1=${mac(`${nowS}.${body}`)}` }),
    id: 'video-1.ready',
    type: 'ready',
  },
  'an alert of Grafana': {
    source: sources.grafana({ secret }),
    data: { status: 'firing' },
    headers: bare('X-Grafana-Alerting-Signature'),
    id: null,
    type: 'firing',
  },
  'an alert of Grafana with a timestamp': {
    source: sources.grafana({ secret, header: 'X-Sign', timestampHeader: 'X-Time' }),
    data: { status: 'resolved' },
    headers: (body) => ({ 'X-Sign': mac(`${nowS}:${body}`), 'X-Time': String(nowS) }),
    id: null,
    type: 'resolved',
  },
  'secrets changed in Doppler': {
    source: sources.doppler({ secret }),
    data: { type: 'config.secrets.update' },
    headers: prefixed('X-Doppler-Signature'),
    id: null,
    type: 'config.secrets.update',
  },
  'a snapshot of Snyk': {
    source: sources.snyk({ secret }),
    data: { newIssues: [] },
    headers: (body) => ({
      ...prefixed('X-Hub-Signature')(body),
      'X-Snyk-Event': 'project_snapshot/v0',
      'X-Snyk-Transport-ID': 'transport-1',
    }),
    id: 'transport-1',
    type: 'project_snapshot_v0',
  },
  'an agent of Cursor': {
    source: sources.cursor({ secret }),
    data: { event: 'statusChange', id: 'bc_1', status: 'FINISHED' },
    headers: (body) => ({ ...prefixed('X-Webhook-Signature')(body), 'X-Webhook-ID': 'wh_1' }),
    id: 'wh_1',
    type: 'status_change',
  },
  'a page of Firecrawl, whose id is the job’s': {
    source: sources.firecrawl({ secret }),
    data: { type: 'crawl.page', id: 'job-1' },
    headers: prefixed('X-Firecrawl-Signature'),
    id: null,
    type: 'crawl.page',
  },
  'an event of SavvyCal': {
    source: sources.savvycal({ secret }),
    data: { id: 'event-5', type: 'event.created' },
    headers: prefixed('x-savvycal-signature'),
    id: 'event-5',
    type: 'event.created',
  },
  'a flag of LaunchDarkly': {
    source: sources.launchdarkly({ secret }),
    data: { _id: 'entry-1', kind: 'flag' },
    headers: bare('X-LD-Signature'),
    id: 'entry-1',
    type: 'flag',
  },
  'a branch of PlanetScale': {
    source: sources.planetscale({ secret }),
    data: { event: 'branch.ready' },
    headers: bare('X-PlanetScale-Signature'),
    id: null,
    type: 'branch.ready',
  },
  'records of Attio': {
    source: sources.attio({ secret }),
    data: { events: [{ event_type: 'record.created' }, { event_type: 'record.created' }] },
    headers: (body) => ({ ...bare('X-Attio-Signature')(body), 'Idempotency-Key': 'key-1' }),
    id: 'key-1',
    type: 'record.created',
  },
  'a task of ClickUp': {
    source: sources.clickup({ secret }),
    data: {
      webhook_id: 'webhook-2',
      event: 'taskUpdated',
      history_items: [{ id: 'item-1' }, { id: 'item-2' }],
    },
    headers: bare('X-Signature'),
    id: 'item-1,item-2',
    type: 'task_updated',
  },
  'a task deleted in ClickUp, which has no history': {
    source: sources.clickup({ secret }),
    data: { webhook_id: 'webhook-2', event: 'taskDeleted' },
    headers: bare('X-Signature'),
    id: null,
    type: 'task_deleted',
  },
  'a message of Vapi': {
    source: sources.vapi({ secret }),
    data: { message: { type: 'end-of-call-report' } },
    headers: bare('X-Vapi-Signature'),
    id: null,
    type: 'end_of_call_report',
  },
  'two events of Tailscale': {
    source: sources.tailscale({ secret }),
    data: [{ type: 'nodeCreated' }, { type: 'nodeApproved' }],
    headers: (body) => ({
      'Tailscale-Webhook-Signature': `t=${nowS},v1=00,v1=${mac(`${nowS}.${body}`)}`,
    }),
    id: null,
    type: 'node_created_node_approved',
  },
  'a prompt of Langfuse': {
    source: sources.langfuse({ secret }),
    data: { id: 'event-6', type: 'prompt-version', action: 'created' },
    headers: (body) => ({ 'x-langfuse-signature': `t=${nowS},v1=${mac(`${nowS}.${body}`)}` }),
    id: 'event-6',
    type: 'prompt_version.created',
  },
  'what Hookdeck passes on': {
    source: sources.hookdeck({ secret }),
    data: { anything: true },
    headers: (body) => ({ 'X-Hookdeck-Signature': mac(body, 'base64'), 'X-Hookdeck-EventId': 'evt_1' }),
    id: 'evt_1',
    type: 'received',
  },
  'what Hookdeck passes on with a new secret, known here by the old one': {
    source: sources.hookdeck({ secret }),
    data: { anything: true },
    headers: (body) => ({
      'X-Hookdeck-Signature': 'AAAA',
      'X-Hookdeck-Signature-2': mac(body, 'base64'),
    }),
    id: null,
    type: 'received',
  },
  'what somebody sends by Convoy': {
    source: sources.convoy({ secret, id: { header: 'X-Id' }, type: { path: 'kind' } }),
    data: { kind: 'charge.success' },
    headers: (body) => ({
      'X-Convoy-Signature': `t=${nowS},v1=${mac(`${nowS},${body}`)}`,
      'X-Id': 'event-7',
    }),
    id: 'event-7',
    type: 'charge.success',
  },
  'a row of Supabase': {
    source: sources.supabase({ secret }),
    data: { type: 'INSERT', table: 'orders' },
    headers: token('Authorization'),
    id: null,
    type: 'orders.insert',
  },
  'a row of Supabase, by a header of its own': {
    source: sources.supabase({ secret, header: 'X-Supabase-Key' }),
    data: { type: 'DELETE', table: 'orders' },
    headers: token('X-Supabase-Key'),
    id: null,
    type: 'orders.delete',
  },
  'an alert of Datadog': {
    source: sources.datadog({ secret, header: 'X-Datadog-Key' }),
    data: { id: '123', event_type: 'metric_alert_monitor' },
    headers: token('X-Datadog-Key'),
    id: '123',
    type: 'metric_alert_monitor',
  },
  'logs of Auth0': {
    source: sources.auth0({ secret }),
    data: [{ log_id: '1', data: { type: 's' } }],
    headers: token('Authorization'),
    id: null,
    type: 'received',
  },
  'a notification of Cloudflare': {
    source: sources.cloudflareNotifications({ secret }),
    data: { alert_type: 'universal_ssl_event_type' },
    headers: token('cf-webhook-auth'),
    id: null,
    type: 'universal_ssl_event_type',
  },
  'a discussion on Hugging Face': {
    source: sources.huggingFace({ secret }),
    data: { event: { action: 'create', scope: 'discussion' } },
    headers: token('X-Webhook-Secret'),
    id: null,
    type: 'discussion.create',
  },
  'a tracking of AfterShip': {
    source: sources.aftership({ secret }),
    data: { event: 'tracking_update', event_id: 'event-8' },
    headers: (body) => ({ 'aftership-hmac-sha256': mac(body, 'base64') }),
    id: 'event-8',
    type: 'tracking_update',
  },
  'an order of Fourthwall': {
    source: sources.fourthwall({ secret }),
    data: { id: 'weve_1', type: 'ORDER_PLACED' },
    headers: (body) => ({ 'X-Fourthwall-Hmac-SHA256': mac(body, 'base64') }),
    id: 'weve_1',
    type: 'order_placed',
  },
  'an order of Fourthwall, to an app': {
    source: sources.fourthwall({ secret }),
    data: { id: 'weve_2', type: 'ORDER_PLACED' },
    headers: (body) => ({ 'X-Fourthwall-Hmac-Apps-SHA256': mac(body, 'base64') }),
    id: 'weve_2',
    type: 'order_placed',
  },
  'a task of Todoist': {
    source: sources.todoist({ secret }),
    data: { event_name: 'item:added' },
    headers: (body) => ({
      'X-Todoist-Hmac-SHA256': mac(body, 'base64'),
      'X-Todoist-Delivery-ID': 'delivery-4',
    }),
    id: 'delivery-4',
    type: 'item_added',
  },
};

describe('tools that send webhooks', () => {
  verifiesAll(SENT);

  const MINUTES_5 = ['a Buildkite build', 'a video of Cloudflare Stream', 'a prompt of Langfuse'];
  for (const what of [
    ...MINUTES_5,
    'an alert of Grafana with a timestamp',
    'what somebody sends by Convoy',
  ]) {
    it(`refuses ${what} more than five minutes from now, on either side`, async () => {
      const sent = SENT[what] as SentToTools;
      expect(sent.source.verify(requestOf(sent), now + 300_000).body).to.have.length.above(0);
      for (const far of [301_000, -301_000])
        await expectError('TIMESTAMP_OUT_OF_RANGE', () => sent.source.verify(requestOf(sent), now + far));
    });
  }

  it('refuses a Linear request more than a minute from now, whatever its header says', async () => {
    const sent = SENT['a Linear issue'] as SentToTools;
    const request = requestOf(sent);
    const headers = { ...request.headers, 'linear-timestamp': String(now + 61_000) };
    for (const far of [61_000, -61_000])
      await expectError('TIMESTAMP_OUT_OF_RANGE', () =>
        sent.source.verify({ ...request, headers }, now + far),
      );
  });

  it('refuses old events of Tailscale, and takes those of a clock that runs ahead', async () => {
    const sent = SENT['two events of Tailscale'] as SentToTools;
    await expectError('TIMESTAMP_OUT_OF_RANGE', () => sent.source.verify(requestOf(sent), now + 301_000));
    expect(sent.source.verify(requestOf(sent), now - 3_600_000).id).to.equal(null);
  });

  it('refuses SHA-256 for Vercel, which signs with SHA-1', async () => {
    const source = sources.vercel({ secret });
    await expectError('SIGNATURE_MISMATCH', () =>
      source.verify({ headers: { 'x-vercel-signature': mac('{}') }, body: '{}' }),
    );
  });

  it('does not let a request choose between the signature and the token of Buildkite', async () => {
    const request = { headers: { 'X-Buildkite-Token': secret }, body: '{}' };
    await expectError('SIGNATURE_MISSING', () => sources.buildkite({ secret }).verify(request));
    const signed = requestOf(SENT['a Buildkite build'] as SentToTools);
    await expectError('SIGNATURE_MISSING', () =>
      sources.buildkite({ secret, proof: 'token' }).verify(signed, now),
    );
  });

  it('does not let a request to Grafana leave its timestamp out', async () => {
    const source = sources.grafana({ secret, timestampHeader: 'X-Time' });
    await expectError('TIMESTAMP_INVALID', () =>
      source.verify({ headers: { 'X-Grafana-Alerting-Signature': mac('{}') }, body: '{}' }, now),
    );
  });

  it('answers the unsigned ping of Bitbucket Data Center, and nothing else', async () => {
    const source = sources.bitbucket({ secret });
    const ping = { headers: { 'X-Event-Key': 'diagnostics:ping' }, body: '{"test":true}' };
    expect(await source.handshake(ping)).to.deep.equal({ status: 200 });
    expect(await source.handshake({ ...ping, headers: { 'X-Event-Key': 'repo:push' } })).to.equal(null);
    await expectError('SIGNATURE_MISSING', () => source.verify(ping));
  });

  for (const [what, make] of [
    ['a header that is none', () => sources.supabase({ secret, header: 'X Key' })],
    ['an empty header', () => sources.datadog({ secret, header: '' })],
    ['an empty timestamp header', () => sources.grafana({ secret, timestampHeader: '' })],
    ['an unknown proof', () => sources.buildkite({ secret, proof: 'jwt' as 'token' })],
    ['unknown signatures', () => sources.convoy({ secret, signatures: 'both' as 'simple' })],
    ['an unknown algorithm', () => sources.convoy({ secret, algorithm: 'md5' as 'sha256' })],
    ['an unknown encoding', () => sources.convoy({ secret, encoding: 'rot13' as 'hex' })],
    ['a tolerance where nothing is signed', () => sources.grafana({ secret, toleranceS: 60 })],
  ] as const) {
    it(`makes no source with ${what}`, async () => {
      await expectError('OPTION_INVALID', make);
    });
  }
});
