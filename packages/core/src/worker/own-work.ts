import type { Roles } from '../roles.js';
import type { Lease } from './claims.js';
import type { AdoptingSource } from './work-source.js';
import type { Worker } from './worker.js';

/** Work of one kind that this process stores as its own and goes on with at once: no claim, no way through a queue. */
export interface OwnWork<Claimed> {
  /** How much of so many to store next: see `Worker.portionOf`. */
  portionOf(count: number, backlog: number): Promise<number>;
  /** How much of it there is room for, up to a limit. The places are kept until `begin`. */
  keep(limit: number): number;
  /** Begins what was stored as claimed by this lease, and gives up what is left of the places kept. */
  begin(claimed: readonly Claimed[], lease: Lease, kept: number): void;
  /** Whether these are stored as claimed is not known: gives them back, if they are, and the places as well. */
  abandon(ids: readonly string[], lease: Lease, kept: number): void;
}

/** None where this process does not work. */
export function ownWorkOf<Claimed>(
  worker: Worker,
  source: AdoptingSource<Claimed>,
  roles: Roles,
): OwnWork<Claimed> {
  return {
    portionOf: async (count, backlog) => (roles.has('worker') ? worker.portionOf(count, backlog) : count),
    keep: (limit) => (roles.has('worker') ? worker.keep(limit) : 0),
    begin: (claimed, lease, kept) => worker.begin(source.adopt(claimed, lease), kept),
    abandon: (ids, lease, kept) => {
      worker.begin([], kept);
      source.abandon(ids, lease);
    },
  };
}
