import { lookup as dnsLookup, type LookupAddress, type LookupAllOptions, type LookupOptions } from 'node:dns';
import { Agent, type Dispatcher, request as undiciRequest } from 'undici';
import type { FailureReason } from '../delivery/attempt.js';
import { addressProblem, hostProblem, type UrlPolicy } from '../delivery/guard-url.js';
import { lowerCaseHeaders } from '../http/headers.js';
import type { HttpClient, HttpReply, OutboundRequest } from '../ports/http-client.js';
import { type SocketWatch, watchSockets } from './undici-socket-watch.js';

const DEFAULT_CONNECTIONS = 100;
const KEEP_ALIVE_MS = 4_000;
const REFUSED = 'ERR_HOOKLINE_ADDRESS_REFUSED';

/** How `dns.lookup` answers when it is asked for all addresses. */
export type Lookup = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export interface UndiciOptions {
  /**
   * How many connections one receiver gets; 100 without it. With fewer than there are attempts at once, waiting for one
   * would count as the receiver's time.
   */
  readonly connections?: number;
  /** Resolves the names of receivers; `dns.lookup` without it. Its answers are bound to the URL policy, too. */
  readonly lookup?: Lookup;
}

/** The default HTTP client: undici, its connections bound to the URL policy. */
export function undiciHttpClient(
  policy: UrlPolicy,
  { lookup = dnsLookup, connections = DEFAULT_CONNECTIONS }: UndiciOptions = {},
): HttpClient {
  const agent = new Agent({
    connections,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connect: { lookup: guardedLookup(policy, lookup) },
  });
  const sockets = watchSockets();
  return {
    send: (request) => send({ agent, sockets }, policy, request),
    close: () => {
      sockets.close();
      return agent.destroy();
    },
  };
}

interface Line {
  readonly agent: Agent;
  readonly sockets: SocketWatch;
}

async function send(line: Line, policy: UrlPolicy, request: OutboundRequest): Promise<HttpReply> {
  const startedAt = performance.now();
  const durationMs = () => Math.round(performance.now() - startedAt);
  // undici asks no lookup for an address written out in the URL (undici 7.30)
  const refusal = hostProblem(new URL(request.url).hostname, policy);
  if (refusal !== null) return { kind: 'error', reason: 'refused-address', message: refusal, durationMs: 0 };
  const deadline = AbortSignal.timeout(request.timeoutMs);
  try {
    const reply = await postOnceOrResend(line, request, deadline);
    return { kind: 'response', ...reply, durationMs: durationMs() };
  } catch (error) {
    const reason = deadline.aborted ? 'timeout' : reasonOf(error);
    return {
      kind: 'error',
      reason,
      message: describe(error, reason, request.timeoutMs),
      durationMs: durationMs(),
    };
  }
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A kept-alive socket that the peer closed meanwhile is nobody's failure: the request goes out again, once. */
async function postOnceOrResend(
  { agent, sockets }: Line,
  request: OutboundRequest,
  deadline: AbortSignal,
): Promise<Reply> {
  // a view of its own, by which the socket of this very request is known
  const body = request.body.subarray();
  try {
    const reply = await post(agent, { ...request, body }, deadline);
    sockets.noteReply(body);
    return reply;
  } catch (error) {
    if (!CLOSED_BY_PEER.has(codeOf(error)) || !sockets.wasReusedInVain(body)) throw error;
    return post(agent, request, deadline);
  }
}

async function post(agent: Agent, request: OutboundRequest, deadline: AbortSignal): Promise<Reply> {
  const { statusCode, headers, body } = await undiciRequest(request.url, {
    method: 'POST',
    headers: { ...request.headers },
    body: request.body,
    dispatcher: agent,
    signal: deadline,
  });
  return {
    status: statusCode,
    headers: lowerCaseHeaders(headers),
    body: await readUpTo(body, request.maxResponseBytes),
  };
}

/** Stops at the limit; what is left is not waited for. */
async function readUpTo(body: Dispatcher.ResponseData['body'], maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size >= maxBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, maxBytes);
}

type LookupCallback = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/** Refuses the name if any of its addresses is refused: one bad answer among good ones is an attack or a mistake. */
function guardedLookup(policy: UrlPolicy, lookup: Lookup) {
  return (hostname: string, options: LookupOptions, callback: LookupCallback): void => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const failure = error ?? lookupFailure(hostname, addresses, policy);
      const [first] = addresses ?? [];
      if (failure !== null || first === undefined) return callback(failure, []);
      // one address is asked for where autoSelectFamily is off
      if (options.all) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}

function lookupFailure(
  hostname: string,
  addresses: readonly LookupAddress[],
  policy: UrlPolicy,
): NodeJS.ErrnoException | null {
  if (addresses.length === 0) {
    return Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' });
  }
  const problem = addresses
    .map(({ address }) => addressProblem(address, policy))
    .find((text) => text !== null);
  if (problem === undefined) return null;
  const message = `${hostname} resolves to a refused address: ${problem}`;
  return Object.assign(new Error(message), { code: REFUSED });
}

const CLOSED_BY_PEER = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

const REASONS: Readonly<Record<string, FailureReason>> = {
  [REFUSED]: 'refused-address',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ECONNREFUSED: 'connect',
  EHOSTUNREACH: 'connect',
  ENETUNREACH: 'connect',
  EADDRNOTAVAIL: 'connect',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
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

function describe(error: unknown, reason: FailureReason, timeoutMs: number): string {
  if (reason === 'timeout') return `No complete reply within ${timeoutMs} ms.`;
  const { message, errors } = error as { message?: string; errors?: { message: string }[] };
  return (
    message || errors?.map((inner) => inner.message).join('; ') || codeOf(error) || 'unknown network error'
  );
}
