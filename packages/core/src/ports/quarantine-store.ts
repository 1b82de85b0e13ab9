/** Where a store is, and for whom: a copy of it elsewhere differs in one of them. */
export interface StoreIdentity {
  /**
   * Made of what is not copied with the rows, such as the system identifier and the oid of a Postgres database: parts joined
   * by dots, `unknown` for one that could not be asked for.
   */
  readonly fingerprint: string;
  /** What the app calls its environment: `production`, `staging`...; `unnamed` where it gives it no name. */
  readonly environment: string;
}

export interface QuarantineStore {
  /** Who the store is now. */
  fingerprint(): Promise<string>;
  /** Records the identity where none is recorded. Answers the one that is recorded then. */
  claimIdentity(identity: StoreIdentity): Promise<StoreIdentity>;
  /** Records another one in its place. With `cancelOwed` everything that is owed, deliveries, runs and events not yet fanned out, is cancelled in the same transaction. */
  confirmIdentity(
    identity: StoreIdentity,
    options: { readonly now: number; readonly cancelOwed: boolean },
  ): Promise<void>;
}
