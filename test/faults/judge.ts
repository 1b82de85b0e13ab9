import type { Reception } from './programs/messages.ts';
import type { Ending, Result } from './scenario.ts';

export interface CommittedRow {
  readonly reference: string;
  /** Written at this instant, and committed soon after. */
  readonly placedAt: number;
}

/** Both ends of the line, seen from outside: nothing here is what Hookline says of itself. */
export interface Evidence {
  /** In the order of their commits. */
  readonly committed: readonly CommittedRow[];
  /** Paths of the webhooks that want every event. */
  readonly webhooks: readonly string[];
  /** In the order in which they came first. */
  readonly received: readonly Reception[];
  /** Requests whose signature was wrong. */
  readonly refused: number;
  /** Events of business rows in Hookline's own table: a row and its event exist both or not at all. */
  readonly storedEvents: number;
}

/** Every committed row reached every webhook, none that was not committed did, and repetitions have their reason. */
export function judge(name: string, evidence: Evidence, ending: Ending): Result {
  const { committed, webhooks, received } = evidence;
  const rows = new Map(committed.map((row) => [row.reference, row]));
  const owed = committed.length * webhooks.length;
  const rightful = received.filter(({ reference }) => rows.has(reference));
  const lost = owed - rightful.length;
  const duplicates = received.reduce((sum, { requests }) => sum + requests - 1, 0);
  const problems = [
    ...(ending.problems ?? []),
    ...problemsOf(evidence, { lost, duplicates, mayDuplicate: ending.mayDuplicate ?? 0 }),
    ...phantomsOf(received.length - rightful.length),
    ...(ending.isOrdered ? disorderOf(evidence) : []),
  ];
  return {
    name,
    committed: committed.length,
    owed,
    received: rightful.length,
    lost,
    duplicates,
    catchUpS: catchUpS(rightful, rows, ending.faultEndedAt),
    passed: problems.length === 0,
    problems,
  };
}

function problemsOf(
  { committed, received, refused, storedEvents }: Evidence,
  { lost, duplicates, mayDuplicate }: { lost: number; duplicates: number; mayDuplicate: number },
): readonly string[] {
  const renamed = received.filter(({ webhookIds }) => webhookIds.length > 1).length;
  const checks: readonly (readonly [boolean, string])[] = [
    [committed.length === 0, 'nothing was committed: the scenario proves nothing'],
    [lost > 0, `${lost} deliveries lost`],
    [duplicates > mayDuplicate, `${duplicates} duplicates, where at most ${mayDuplicate} can be explained`],
    [renamed > 0, `${renamed} deliveries were repeated under another webhook-id`],
    [refused > 0, `${refused} requests were not signed as they should be`],
    [storedEvents !== committed.length, `${storedEvents} events are stored for ${committed.length} rows`],
  ];
  return checks.flatMap(([isWrong, problem]) => (isWrong ? [problem] : []));
}

/** What is received first at each webhook, next to what was committed first. */
function disorderOf({ committed, webhooks, received }: Evidence): readonly string[] {
  return webhooks.flatMap((webhook) => {
    const arrived = received.filter(({ path }) => path === webhook).map(({ reference }) => reference);
    const wrong = committed.findIndex(({ reference }, index) => reference !== arrived[index]);
    return wrong < 0
      ? []
      : [`out of order at ${webhook}, from number ${wrong + 1} of ${committed.length} on`];
  });
}

function phantomsOf(count: number): readonly string[] {
  return count > 0 ? [`${count} deliveries of rows that were never committed`] : [];
}

function catchUpS(
  received: readonly Reception[],
  rows: ReadonlyMap<string, CommittedRow>,
  faultEndedAt: number,
): number {
  const behind = received.filter(({ reference }) => (rows.get(reference)?.placedAt ?? 0) <= faultEndedAt);
  const lastAt = behind.reduce((latest, { firstAt }) => Math.max(latest, firstAt), faultEndedAt);
  return Math.round((lastAt - faultEndedAt) / 100) / 10;
}
