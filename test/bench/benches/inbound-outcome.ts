import type { Result, Target } from '../bench.ts';
import type { Figure } from '../rounds.ts';
import { atLeast, ratioOf } from '../targets.ts';
import { BARE, BY_HAND, PAIRS, RECEIPTS, VERIFY, verifierName } from './inbound-entrants.ts';

interface Comparison {
  readonly ours: string;
  readonly theirs: string;
  readonly limit: number;
}

const COMPARISONS: readonly Comparison[] = [
  { ours: VERIFY.name, theirs: BARE.name, limit: 0.85 },
  { ours: RECEIPTS.name, theirs: BY_HAND.name, limit: 1.35 },
  { ours: RECEIPTS.name, theirs: VERIFY.name, limit: 0.65 },
  ...PAIRS.map(([ours, theirs]) => ({ ours: verifierName(ours), theirs: verifierName(theirs), limit: 1 })),
];

export function inboundTargets(results: readonly Result[]): readonly Target[] {
  return COMPARISONS.flatMap(({ ours, theirs, limit }) =>
    atLeast(`per second: ${ours} / ${theirs}`, limit, ratioOf(results, 'perSec', ours, theirs)),
  );
}

export function inboundRatios(results: readonly Result[]): Readonly<Record<string, number>> {
  const figures: readonly (readonly [Figure, string])[] = [
    ['perSec', 'per second'],
    ['cpuMsPer1000', 'CPU'],
    ['p99', 'p99'],
  ];
  const ratios = COMPARISONS.flatMap(({ ours, theirs }) =>
    figures.map(([figure, title]) => [
      `${title}: ${ours} / ${theirs}`,
      ratioOf(results, figure, ours, theirs),
    ]),
  );
  return Object.fromEntries(ratios.filter(([, ratio]) => ratio !== null));
}

export function inboundNotes({ lanes, ms }: { readonly lanes: number; readonly ms: number }) {
  return [
    `GitHub's requests with JSON of 1 KB, all different and signed before the clock starts, from another process over ${lanes} connections, each with one request under way. Every answer must be 202.`,
    `\`${BARE.name}\`: Express with \`express.raw({ type: () => true })\`, \`createHmac\`, \`timingSafeEqual\`, \`JSON.parse\`. \`${VERIFY.name}\`: the middleware \`verify(github({ secret }))\` in their place. Both then answer an empty 202.`,
    `\`${BY_HAND.name}\`: the same check, then \`create()\` of one Sequelize row with source, delivery id (unique together), type, headers and bytes. \`${RECEIPTS.name}\`: a hub with all roles and its options as they come stores a receipt, unique likewise, and an event for its listeners. Afterwards every row is counted. Both have ten connections to Postgres.`,
    `\`per verification\`: within one process, one after the other for ${ms / 1_000} s, from headers and bytes to the parsed event, over 100 different requests. Stripe: \`webhooks.constructEvent\`; standardwebhooks: \`verify\`; Octokit: \`verify\` of the text and \`JSON.parse\`; ours: \`source.verify(request)\`, which also finds id, type and subject.`,
    'Postgres runs with the settings it comes with; every COMMIT waits for the disk.',
  ];
}
