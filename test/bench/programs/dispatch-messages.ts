/** What hears events in `dispatch`. */
export type EmitterKind =
  | 'function'
  | 'event-emitter'
  | 'eventemitter2'
  | 'eventemitter2-async'
  | 'emittery'
  | 'hookline-transient'
  | 'hookline-stored';

export interface EmitterConfig {
  readonly emitter: EmitterKind;
  readonly listeners: number;
}

/** What is told: somebody types. */
export interface Typing {
  readonly conversationId: number;
  readonly userId: number;
  readonly name: string;
}

/** A contender of `dispatch`. */
export interface Emitter {
  listen(hear: (typing: Typing) => void): void;
  /** Whether `emit` answers a promise, which is awaited then. */
  readonly isAwaited: boolean;
  emit(typing: Typing): unknown;
  close(): Promise<void>;
}

/** Tells for so long, one after the other, and counts. */
export interface EmitOrder {
  readonly kind: 'emit';
  readonly ms: number;
}

export interface Emitted {
  readonly count: number;
  /** By how many listeners, all told. */
  readonly heard: number;
  readonly tookMs: number;
  readonly cpuMs: number;
  readonly memoryMiB: number;
}
