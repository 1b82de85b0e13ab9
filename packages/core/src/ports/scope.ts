/** Whose rows a call may touch: without `accountId`, everyone's; `null` is the account of an app with one tenant. */
export interface Scope {
  readonly accountId?: string | null;
}

/** Newest first by id; `before` is the id of the last row of the page before this one. */
export interface Page {
  readonly limit: number;
  readonly before?: string;
}
