import type { Bench, BenchContext } from '../bench.ts';
import { footprintPart } from '../scale/footprint-part.ts';
import { memoryPart } from '../scale/memory-part.ts';
import { pacePart } from '../scale/pace-part.ts';
import { isAsked, type Part } from '../scale/part.ts';
import { statementsPart } from '../scale/statements-part.ts';
import { storedPart } from '../scale/stored-part.ts';
import { webhooksPart } from '../scale/webhooks-part.ts';
import { workersPart } from '../scale/workers-part.ts';
import { openServers } from '../servers.ts';

const PARTS: readonly Part[] = [
  storedPart,
  memoryPart,
  workersPart,
  webhooksPart,
  footprintPart,
  pacePart,
  statementsPart,
];

export const scale: Bench = {
  name: 'scale',
  title:
    'What the store costs at 10 thousand to 10 million deliveries, memory with a million due, worker processes side by side, webhooks by the thousand.',
  run: async (context) => {
    const servers = await openServers();
    try {
      const outcomes = [];
      for (const part of chosenOf(context)) outcomes.push(await part.run(servers, context));
      return {
        rounds: Math.max(...outcomes.flatMap(({ results }) => results.map(({ rounds }) => rounds.length))),
        results: outcomes.flatMap(({ results }) => results),
        ratios: Object.assign({}, ...outcomes.map(({ ratios }) => ratios)),
        targets: outcomes.flatMap(({ targets }) => targets),
        notes: outcomes.flatMap(({ notes }) => notes),
        versions: servers.versions,
      };
    } finally {
      await servers.stop();
    }
  },
};

function chosenOf(context: BenchContext): readonly Part[] {
  const chosen = PARTS.filter(({ name }) => isAsked(context, name));
  if (chosen.length > 0) return chosen;
  throw new Error(`There is no such part. There are: ${PARTS.map(({ name }) => name).join(', ')}`);
}
