/** What takes the requests in. */
export type InboundAppKind = 'bare' | 'verify' | 'by-hand' | 'receipts';

export interface InboundAppConfig {
  readonly app: InboundAppKind;
  readonly secret: string;
  /** Only of those that store. */
  readonly databaseUrl?: string;
  readonly connections: number;
}

/** Answers the port of the app, or what it took since it was asked last. */
export interface InboundAppOrder {
  readonly kind: 'port' | 'taken';
}

export interface InboundTaken {
  readonly cpuMs: number;
  readonly memoryMiB: number;
}

export interface LoadConfig {
  readonly secret: string;
  readonly path: string;
  /** Requests at once, each on a connection of its own. */
  readonly lanes: number;
}

export interface LoadOrder {
  readonly port: number;
  readonly requests: number;
}

export interface Loaded {
  readonly tookMs: number;
  /** From the first byte written to the last byte read, in milliseconds. */
  readonly times: readonly number[];
}

/** Whose check of a request is called, within one process. */
export type VerifierKind =
  | 'hookline stripe'
  | 'npm stripe'
  | 'hookline standardWebhooks'
  | 'npm standardwebhooks'
  | 'hookline github'
  | 'npm @octokit/webhooks-methods';

export interface VerifyConfig {
  readonly verifier: VerifierKind;
}

export interface VerifyOrder {
  readonly ms: number;
}

export interface VerifiedMany {
  readonly count: number;
  readonly tookMs: number;
  readonly cpuMs: number;
}

/** A request as it comes out of Node's parser. */
export interface SampleRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Answers the parsed event of a request; throws, or rejects, where it is forged. */
export type Verifier = (request: SampleRequest) => unknown;
