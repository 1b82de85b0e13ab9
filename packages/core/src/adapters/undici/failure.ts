import type { FailureReason } from '../../delivery/attempt.js';

export interface Failure {
  readonly reason: FailureReason;
  readonly message: string;
}

/** The `code` of the error of a lookup whose addresses are refused. */
export const REFUSED = 'ERR_HOOKLINE_ADDRESS_REFUSED';

/** The `code` of the error of a tunnel that a proxy did not open. */
export const PROXY_FAILED = 'ERR_HOOKLINE_PROXY_FAILED';

const CLOSED_BY_PEER = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

const REASONS: Readonly<Record<string, FailureReason>> = {
  [REFUSED]: 'refused-address',
  [PROXY_FAILED]: 'proxy',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ECONNREFUSED: 'connect',
  EHOSTUNREACH: 'connect',
  ENETUNREACH: 'connect',
  EADDRNOTAVAIL: 'connect',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  UND_ERR_HEADERS_OVERFLOW: 'invalid-reply',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'invalid-reply',
  EPROTO: 'tls',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls',
};

/** What an error of undici, or of the socket below it, means for an attempt with this deadline. */
export function failureOf(error: unknown, timeoutMs: number): Failure {
  const reason = reasonOf(error);
  return reason === 'timeout' ? timedOut(timeoutMs) : { reason, message: describe(error) };
}

export function timedOut(timeoutMs: number): Failure {
  return { reason: 'timeout', message: `No complete reply within ${timeoutMs} ms.` };
}

/** Whether the error is what a request meets on a connection that its peer has closed. */
export function isClosedByPeer(error: unknown): boolean {
  return CLOSED_BY_PEER.has(codeOf(error));
}

function reasonOf(error: unknown): FailureReason {
  const code = codeOf(error);
  if (/^(CERT_|ERR_TLS|ERR_SSL)/.test(code)) return 'tls';
  // undici 7 gives parser errors a name, and a code (HPE_...) only some of the time
  if (code.startsWith('HPE_') || (error as Error).name === 'HTTPParserError') return 'invalid-reply';
  return REASONS[code] ?? 'connect';
}

function codeOf(error: unknown): string {
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown[] };
  if (typeof code === 'string') return code;
  if (cause) return codeOf(cause);
  return errors?.length ? codeOf(errors[0]) : '';
}

function describe(error: unknown): string {
  const { message, errors } = error as { message?: string; errors?: { message: string }[] };
  return (
    message || errors?.map((inner) => inner.message).join('; ') || codeOf(error) || 'unknown network error'
  );
}
