import { lookup as dnsLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { Agent, type Dispatcher, request as undiciRequest } from 'undici';
import type { FailureReason } from '../delivery/attempt.js';
import { addressProblem, hostProblem, type UrlPolicy } from '../delivery/guard-url.js';
import { lowerCaseHeaders } from '../http/headers.js';
import type { HttpClient, HttpReply, OutboundRequest } from '../ports/http-client.js';

const CONNECTIONS_PER_ORIGIN = 64;
const KEEP_ALIVE_MS = 4_000;
const REFUSED = 'ERR_HOOKLINE_ADDRESS_REFUSED';

/** The default HTTP client: undici, its connections bound to the URL policy. */
export function undiciHttpClient(policy: UrlPolicy): HttpClient {
  const agent = new Agent({
    connections: CONNECTIONS_PER_ORIGIN,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connect: { lookup: guardedLookup(policy) },
  });
  return {
    send: (request) => send(agent, policy, request),
    close: () => agent.destroy(),
  };
}

async function send(agent: Agent, policy: UrlPolicy, request: OutboundRequest): Promise<HttpReply> {
  const startedAt = performance.now();
  const durationMs = () => Math.round(performance.now() - startedAt);
  // undici asks no lookup for an address written out in the URL (undici 7.30)
  const refusal = hostProblem(new URL(request.url).hostname, policy);
  if (refusal !== null) return { kind: 'error', reason: 'refused-address', message: refusal, durationMs: 0 };
  const deadline = AbortSignal.timeout(request.timeoutMs);
  try {
    const reply = await postOnceOrResend(agent, request, deadline);
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

/** A kept-alive socket that the peer closed meanwhile is nobody's failure: the request goes out again, once, on a new one. */
async function postOnceOrResend(
  agent: Agent,
  request: OutboundRequest,
  deadline: AbortSignal,
): Promise<Reply> {
  try {
    return await post(agent, request, deadline);
  } catch (error) {
    if (!wasReusedSocket(error)) throw error;
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

type LookupCallback = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;

/** Refuses the name if any of its addresses is refused: one bad answer among good ones is an attack or a mistake. */
function guardedLookup(policy: UrlPolicy) {
  return (hostname: string, options: LookupOptions, callback: LookupCallback): void => {
    dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const problem = addresses
        .map(({ address }) => addressProblem(address, policy))
        .find((text) => text !== null);
      if (problem === undefined) return callback(null, addresses);
      callback(
        Object.assign(new Error(`${hostname} resolves to a refused address: ${problem}`), { code: REFUSED }),
        [],
      );
    });
  };
}

function wasReusedSocket(error: unknown): boolean {
  const { code, socket } = error as { code?: string; socket?: { bytesRead?: number } | null };
  return code === 'UND_ERR_SOCKET' && (socket?.bytesRead ?? 0) > 0;
}

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
