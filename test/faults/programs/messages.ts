/** How a process of the suite is told what it is: one JSON argument. */
export interface HubConfig {
  readonly databaseUrl: string;
  /** Absent: a hub whose queue is this process's memory. */
  readonly redisUrl?: string;
  readonly roles: readonly ('web' | 'relay' | 'worker')[];
  readonly leaseMs: number;
  readonly concurrency: number;
  readonly timeoutMs: number;
  /** Delays between attempts, in milliseconds. */
  readonly retry: readonly number[];
}

/**
 * How a writer makes its events: `model`, by a bound model in a transaction; `dispatch`, by `hub.dispatch` with the
 * transaction of the row; `bare`, by a bound model that is saved outside any transaction.
 */
export type Via = 'model' | 'dispatch' | 'bare';

export interface WriterConfig extends HubConfig {
  readonly via: Via;
}

/** Where a writer stands still, to be killed there. */
export type CommitPoint = 'before-commit' | 'commit-sent' | 'after-commit';

export type WriterOrder =
  | {
      readonly kind: 'write';
      /** Transactions; without it until told to stop. */
      readonly transactions?: number;
      readonly rowsEach: number;
      /** Pause between two transactions of a lane, in milliseconds. */
      readonly everyMs: number;
      /** Transactions at once. */
      readonly lanes: number;
    }
  | { readonly kind: 'stop-writing' }
  /** A few transactions, then one in whose midst the process stands still for good. */
  | { readonly kind: 'stand-still'; readonly at: CommitPoint; readonly transactionsBefore: number }
  | { readonly kind: 'roll-back'; readonly rounds: number }
  | { readonly kind: 'time-dispatches'; readonly count: number };

export type HubOrder = { readonly kind: 'block'; readonly ms: number };

/** A process that takes in a sender's requests. */
export interface InboundConfig extends HubConfig {
  /** What the sender signs with. */
  readonly secret: string;
}

export type InboundOrder =
  | { readonly kind: 'where' }
  /** From the next effect on, once it is written and before it is committed. */
  | { readonly kind: 'stand-still' };

const BETWEEN = '/';

/** The reference of an order that came of a request: unlike any other, also of the same request. */
export function referenceOf(request: string, random: string): string {
  return `${request}${BETWEEN}${random}`;
}

/** The request that an order of this reference came of. */
export function requestOf(reference: string): string {
  return reference.slice(0, reference.indexOf(BETWEEN));
}

export interface ReceiverConfig {
  /** Path of a webhook and the secret it was shown. */
  readonly secrets: Readonly<Record<string, string>>;
}

export type ReceiverOrder =
  | { readonly kind: 'trust'; readonly secrets: Readonly<Record<string, string>> }
  /** From now on every request is answered this late. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Answers nothing until released. */
  | { readonly kind: 'hold' }
  | { readonly kind: 'release' }
  /** Answers what it has, then refuses connections. */
  | { readonly kind: 'go-down' }
  | { readonly kind: 'come-up' }
  | { readonly kind: 'count' }
  | { readonly kind: 'report' };

export interface ReceiverCount {
  readonly requests: number;
  /** Different events per webhook. */
  readonly distinct: number;
  /** Requests that wait for their answer right now. */
  readonly open: number;
  /** Requests whose signature was wrong. */
  readonly refused: number;
  /** Of the latest request of all. */
  readonly lastAt: number;
}

/** All that one webhook got of one business row. */
export interface Reception {
  readonly path: string;
  readonly reference: string;
  readonly webhookIds: readonly string[];
  readonly requests: number;
  readonly firstAt: number;
}

/** How often one thing came out, in milliseconds. */
export interface Timing {
  readonly databaseMs: readonly number[];
  readonly dispatchMs: readonly number[];
}
