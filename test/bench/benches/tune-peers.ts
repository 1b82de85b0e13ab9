import type { Result } from '../bench.ts';
import { type Contender, isChosen, playRounds } from '../rounds.ts';
import type { Stage } from '../stage.ts';
import { ENTRANTS, type Entrant, SHAPES } from './delivery-entrants.ts';
import { measureDelivery } from './measure-delivery.ts';

const TRIED = [10, 25, 50, 100];
const USUAL = 50;
const TRIAL = { deliveries: 5_000, warmUp: 1_000 };

/** How many attempts at once a peer does. */
export interface Concurrencies {
  of(entrant: Entrant): number;
  /** One line for the reader. */
  readonly note: string;
}

/** Each peer as it does best: tried with one webhook, a quarter of the deliveries, once for each concurrency. */
export async function tunePeers(stage: Stage): Promise<Concurrencies> {
  const { size, concurrency, only } = stage.context;
  if (size === 'short' || concurrency !== undefined) return fixedAt(concurrency ?? USUAL);
  const peers = ENTRANTS.filter(({ name, isOurs }) => !isOurs && isWanted(name, only));
  if (peers.length === 0) return fixedAt(USUAL);
  const trials = peers.flatMap((entrant) => TRIED.map((each) => trialOf(entrant, each, stage)));
  const results = await playRounds(trials, { note: stage.context.note, rounds: 1 });
  const best = new Map(peers.map(({ name }) => [name, bestOf(name, results)]));
  const list = peers.map(({ name }) => `${name} ${best.get(name)}`).join(', ');
  return {
    of: ({ name }) => best.get(name) ?? USUAL,
    note: `Attempts at once, of each peer what served it best of ${TRIED.join(', ')} in a trial before the rounds: ${list}.`,
  };
}

function fixedAt(concurrency: number): Concurrencies {
  return { of: () => concurrency, note: `Attempts at once, of each peer: ${concurrency}.` };
}

function isWanted(name: string, only: readonly string[] | undefined): boolean {
  return !only || SHAPES.some(({ title }) => isChosen(`${name}, ${title}`, only));
}

function trialOf(entrant: Entrant, concurrency: number, stage: Stage): Contender {
  const { profileFolder: _, ...context } = stage.context;
  const [shape] = SHAPES;
  if (!shape) throw new Error('there is no shape to try');
  const trial = { ...TRIAL, entrant, shape, concurrency };
  return {
    name: trialName(entrant.name, concurrency),
    measure: () => measureDelivery(trial, { ...stage, context }),
  };
}

function bestOf(peer: string, results: readonly Result[]): number {
  const perSec = (concurrency: number) =>
    results.find(({ name }) => name === trialName(peer, concurrency))?.perSec ?? 0;
  return TRIED.toSorted((one, other) => perSec(other) - perSec(one))[0] ?? USUAL;
}

function trialName(peer: string, concurrency: number): string {
  return `${peer}, ${concurrency} at once`;
}
