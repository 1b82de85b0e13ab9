import type { Claims, Held, Lease } from './claims.js';
import type { Standing } from './places.js';

/** Work that this process holds, ready to be done. */
export interface ClaimedWork extends Standing {
  readonly id: string;
  /** Called in place of `perform` where its lane has no room and will have none for long. */
  putAside(): Promise<void>;
  /** Calls `leave` when others may begin in its place: what is left to do is to write down what came of it. */
  perform(leave: () => void): Promise<void>;
}

/** One kind of work, as its worker sees it: claimed, and ready to be done. */
export interface WorkSource {
  claim(id: string): Promise<ClaimedWork | null>;
  /** Claims what is due, none of these. */
  take(limit: number, except: readonly string[]): Promise<readonly ClaimedWork[]>;
  /** Ends the hold on what was claimed. */
  forget(id: string): void;
  /** Gives back what was claimed and not begun. */
  giveBack(id: string): Promise<void>;
}

/** Work whose rows are stored as claimed by the one who does it. */
export interface AdoptingSource<Claimed> extends WorkSource {
  adopt(claimed: readonly Claimed[], lease: Lease): readonly ClaimedWork[];
  abandon(ids: readonly string[], lease: Lease): void;
}

/** Makes one kind of claimed work ready to be done. */
export type Readying<Claimed> = (work: Held<Claimed>) => ClaimedWork;

/** Work of one kind that is claimed by `claims`. */
export function workOf<Claimed, Result>(
  claims: Claims<Claimed, Result>,
  ready: Readying<Claimed>,
): AdoptingSource<Claimed> {
  return {
    claim: async (id) => {
      const work = await claims.claim(id);
      return work && ready(work);
    },
    take: async (limit, except) => (await claims.take(limit, except)).map(ready),
    adopt: (claimed, lease) => claims.adopt(claimed, lease).map(ready),
    abandon: (ids, lease) => claims.abandon(ids, lease),
    forget: (id) => claims.forget(id),
    giveBack: (id) => claims.giveBack(id),
  };
}
