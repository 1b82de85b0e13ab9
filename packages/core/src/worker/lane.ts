/** Work that has to do with each other, so that too much of it at once is held back: that of one receiver. */
export interface Lane {
  readonly key: string;
  /** Whose lane it is: places are shared out among owners first, then among their lanes. */
  readonly owner: string;
  /** Whether one more of it may begin. */
  readonly hasRoom: boolean;
  /** What waits for room now will wait long. */
  readonly isJammed: boolean;
  /** One more has begun, known by this visit. */
  enter(visit: Visit): void;
  /** It is over; said again that means nothing. */
  leave(visit: Visit): void;
}

/** A piece of work that was begun. */
export interface Visit {
  readonly since: number;
}

/** `first`: was not tried before; goes ahead of what was. */
export type Rank = 'first' | 'again';
