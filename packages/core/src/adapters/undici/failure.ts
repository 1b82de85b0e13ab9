import type { FailureReason } from '../../delivery/attempt.js';

export interface Failure {
  readonly reason: FailureReason;
  readonly message: string;
}

/** The `code` of the error of a lookup whose addresses are refused. */
export const REFUSED = 'ERR_HOOKLINE_ADDRESS_REFUSED';

/** The `code` of the error of a tunnel that a proxy did not open. */
export const PROXY_FAILED = 'ERR_HOOKLINE_PROXY_FAILED';

/** The `code` of the error of a reply that is none. */
const REPLY_INVALID = 'ERR_HOOKLINE_REPLY_INVALID';

const CLOSED_BY_PEER = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

const REASONS: Readonly<Record<string, FailureReason>> = {
  [REFUSED]: 'refused-address',
  [PROXY_FAILED]: 'proxy',
  [REPLY_INVALID]: 'invalid-reply',
  ENOTFOUND: 'dns',
  ENODATA: 'dns',
  ESERVFAIL: 'dns',
  EREFUSED: 'dns',
  ETIMEOUT: 'dns',
  ECANCELLED: 'dns',
  EBADNAME: 'dns',
  EBADRESP: 'dns',
  EFORMERR: 'dns',
  ENOTIMP: 'dns',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  UND_ERR_HEADERS_OVERFLOW: 'invalid-reply',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'invalid-reply',
  EPROTO: 'tls',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls',
};

const UNASKED_100 = 'The receiver answered 100 Continue, which it was not asked for.';
const UNASKED_101 = 'The receiver answered 101 Switching Protocols, which it was not asked for.';

/** How undici calls interim replies that it does not take (undici 7.30, client-h1.js). */
const UNASKED = new Map([
  ['bad response', UNASKED_100],
  ['bad upgrade', UNASKED_101],
]);

/** How far a request has come: it is being connected for, or has begun to be written. */
export type Stage = 'connecting' | 'sending';

/** What an error of undici, or of the socket below it, means for an attempt with this deadline. */
export function failureOf(error: unknown, stage: Stage, timeoutMs: number): Failure {
  const unasked = codeOf(error) === 'UND_ERR_SOCKET' ? UNASKED.get(messageOf(error)) : undefined;
  if (unasked !== undefined) return { reason: 'invalid-reply', message: unasked };
  const reason = reasonOf(error, stage);
  return reason === 'timeout' ? timedOut(timeoutMs) : { reason, message: describe(error) };
}

/** Throws where a reply cannot begin with this status. */
export function refuseStatus(status: number): void {
  if (status >= 100 && status !== 101) return;
  const below100 = `The receiver answered with the status ${String(status).padStart(3, '0')}.`;
  throw Object.assign(new Error(status === 101 ? UNASKED_101 : below100), { code: REPLY_INVALID });
}

export function timedOut(timeoutMs: number): Failure {
  return { reason: 'timeout', message: `No complete reply within ${timeoutMs} ms.` };
}

/** Whether the error is what a request meets on a connection that its peer has closed. */
export function isClosedByPeer(error: unknown): boolean {
  return CLOSED_BY_PEER.has(codeOf(error));
}

/** An error that is not known is what came of the stage: nobody was reached, or the exchange broke off. */
function reasonOf(error: unknown, stage: Stage): FailureReason {
  const code = codeOf(error);
  const known = REASONS[code];
  if (known !== undefined) return known;
  if (code.startsWith('EAI_')) return 'dns';
  if (/^(CERT_|CRL_|UNABLE_TO_|SELF_SIGNED|ERR_TLS|ERR_SSL|ERR_OSSL)/.test(code)) return 'tls';
  // undici 7 gives parser errors a name, and a code (HPE_...) only some of the time
  if (code.startsWith('HPE_') || (error as Error).name === 'HTTPParserError') return 'invalid-reply';
  return stage === 'connecting' ? 'connect' : 'reset';
}

function codeOf(error: unknown): string {
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown[] };
  if (typeof code === 'string') return code;
  if (cause) return codeOf(cause);
  return errors?.length ? codeOf(errors[0]) : '';
}

function messageOf(error: unknown): string {
  return (error as { message?: string }).message ?? '';
}

function describe(error: unknown): string {
  const { errors } = error as { errors?: { message: string }[] };
  const text = messageOf(error) || errors?.map((inner) => inner.message).join('; ');
  return text || codeOf(error) || 'unknown network error';
}
