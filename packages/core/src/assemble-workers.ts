import type { World } from './assemble-world.js';
import type { AttemptDeps } from './delivery/attempt-delivery.js';
import { resolveCircuit } from './delivery/circuit.js';
import { type ClaimGroupDeps, groupClaimer } from './delivery/claim-group.js';
import { bodyComposer, type Composer } from './delivery/compose-body.js';
import { Gathering } from './delivery/gathering.js';
import { holder } from './delivery/hold-delivery.js';
import { readyDelivery } from './delivery/ready-delivery.js';
import { ReceiverGate } from './delivery/receiver-gate.js';
import type { RequestAccess } from './delivery/request-access.js';
import { polynomialRetry, standardRetry, toPolicy } from './delivery/retry-policy.js';
import { turnTaker } from './delivery/take-turn.js';
import { shownWebhook } from './delivery/webhook-input.js';
import { WebhookLanes } from './delivery/webhook-lanes.js';
import { resolveHealth } from './health/health-policy.js';
import { Prober } from './health/probe-webhooks.js';
import { disableGone, reportExhausted } from './health/report-exhausted.js';
import { WebhookHealth } from './health/webhook-health.js';
import type { HubParts } from './hub-parts.js';
import { attemptRun, type RunDeps } from './listeners/attempt-run.js';
import type { HubOptions } from './options.js';
import type { RowSources } from './rows/row-sources.js';
import { ownWorkOf } from './worker/own-work.js';
import type { Promoters } from './worker/promote-groups.js';
import { type WorkSource, workOf } from './worker/work-source.js';
import { Worker } from './worker/worker.js';
import { Workers } from './worker/workers.js';

type ClaimParts = Pick<HubParts, 'deliveryClaims' | 'runClaims'>;

/** Who looks after the health of webhooks. */
export function assembleHealth(options: HubOptions, world: World, access: RequestAccess) {
  const { store, secrets, limits } = world;
  const policy = resolveHealth(options.health);
  const deps = { ...world, webhooks: store.webhooks, health: store.health };
  const health = policy && new WebhookHealth({ ...deps, policy });
  const request = { timeoutMs: limits.timeoutMs, maxResponseBytes: limits.maxResponseBytes };
  const prober =
    policy &&
    new Prober({
      ...deps,
      policy,
      access,
      request,
      signingKeys: secrets.signingKeys,
      profileOf: secrets.profileOf,
    });
  const followers = [disableGone({ ...deps, policy }), ...(health ? [health] : [])];
  return { health, prober, followers };
}

function composerOf(options: HubOptions, world: World, rows: RowSources): Composer {
  const { store, clock, credentials, limits } = world;
  return bodyComposer({
    serialize: options.serialize ?? null,
    transforms: new Map(Object.entries(options.transforms ?? {})),
    rows,
    events: store.events,
    shown: (webhook) => shownWebhook(webhook, credentials),
    clock,
    timeoutMs: limits.timeoutMs,
  });
}

type HealthParts = ReturnType<typeof assembleHealth>;

/** A worker for each kind of work, and its side door for what this process stores itself. */
export function assembleWorkers(
  options: HubOptions,
  world: World,
  { deliveryClaims, runClaims }: ClaimParts,
  parts: HealthParts & {
    readonly promoters: Promoters<'promote'>;
    readonly access: RequestAccess;
    readonly rows: RowSources;
    readonly claiming: Pick<ClaimGroupDeps, 'leaseMs' | 'newLease'>;
  },
) {
  const { store, secrets, limits, clock } = world;
  const lanes = new WebhookLanes(
    { ...world, circuit: resolveCircuit(options.delivery?.circuit) },
    limits.concurrency,
  );
  const takeTurn = turnTaker(store.deliveries, clock);
  const { promoters, access } = parts;
  const attempt: AttemptDeps = {
    ...world,
    claims: deliveryClaims,
    hold: holder(store.deliveries, clock, () => deliveryClaims.isClosed),
    gathering: new Gathering(),
    claimGroup: groupClaimer({
      ...{ deliveries: store.deliveries, claims: deliveryClaims, clock },
      ...parts.claiming,
    }),
    gate: new ReceiverGate({ ...world, lanes, takeTurn, deliveries: store.deliveries }),
    composer: composerOf(options, world, parts.rows),
    access,
    reportAttempt: reportExhausted(world.announce),
    promoter: promoters.delivery,
    followers: parts.followers,
    retry: toPolicy('retry', options.retry, standardRetry),
    clientErrors: limits.clientErrors,
    maxDepth: limits.maxDepth,
    request: { timeoutMs: limits.timeoutMs, maxResponseBytes: limits.maxResponseBytes },
    signingKeys: secrets.signingKeys,
    profileOf: secrets.profileOf,
  };
  const retry = toPolicy('listenerRetry', options.listenerRetry, polynomialRetry);
  const run: RunDeps = {
    ...world,
    runs: store.runs,
    claims: runClaims,
    promoter: promoters.run,
    retry,
    timeoutMs: limits.listenerTimeoutMs,
  };
  const deliveries = workOf(deliveryClaims, readyDelivery(attempt, lanes));
  const runs = workOf(runClaims, (work) => ({
    ...{ id: work.run.id, lane: null, rank: 'first' },
    perform: () => attemptRun(run, work),
    putAside: () => runClaims.giveBack(work.run.id),
  }));
  const workerOf = (source: WorkSource) => new Worker({ ...world, source, places: limits.concurrency });
  const byKind = { delivery: workerOf(deliveries), run: workerOf(runs) };
  return {
    workers: new Workers(byKind),
    ownDeliveries: ownWorkOf(byKind.delivery, deliveries, world.roles),
    ownRuns: ownWorkOf(byKind.run, runs, world.roles),
  };
}
