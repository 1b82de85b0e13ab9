import { HooklineError } from '../errors.js';
import type { AnyHub, InboundResult } from '../hub.js';
import type { AnySource } from '../inbound/source.js';
import { respondError } from './respond-error.js';
import type { HttpMethod, HttpRequest, HttpResponse, Route } from './types.js';
import { methodRefused, toRequest } from './verify-request.js';

const METHODS: readonly HttpMethod[] = ['post', 'get', 'put', 'patch', 'delete'];

/**
 * `/:source`, for every method that a sender may use: the answer to a sender that tries the URL, or else 202 with the
 * receipt, 200 for a request that came before, the source's own answer in place of both, or a coded error.
 */
export function inboundRoutes(hub: AnyHub, prefix = ''): readonly Route[] {
  const handle = async (request: HttpRequest): Promise<HttpResponse> => {
    const name = request.params.source ?? '';
    const source = hub.sources.get(name);
    try {
      return await within(ANSWER_WITHIN_MS, receive(hub, source, request));
    } catch (error) {
      const tell = (known: HooklineError) => hub.reject(name, request, known);
      return refuse(respondError(error, hub.logger, tell), source);
    }
  };
  return METHODS.map((method) => ({ method, path: `${prefix}/:source`, handle }));
}

/** Senders wait ten seconds at most, most of them less: behind that nobody reads an answer. */
const ANSWER_WITHIN_MS = 10_000;

/** What is under way goes on: a request that is recorded after all is known when it comes again. */
function within<Value>(timeoutMs: number, work: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const overdue = () => reject(new HooklineError('ANSWER_OVERDUE', { timeoutMs }));
    const timer = setTimeout(overdue, timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

async function receive(
  hub: AnyHub,
  source: AnySource | undefined,
  request: HttpRequest,
): Promise<HttpResponse> {
  const name = request.params.source ?? '';
  if (!source) throw new HooklineError('SOURCE_UNKNOWN', { source: name });
  const received = toRequest(request, await request.bytes());
  const trial = await source.handshake(received);
  if (trial !== null) return trial;
  if (!source.methods.includes(request.method)) throw methodRefused(name, source, request.method);
  const result = await hub.receive(name, received);
  return source.respond ? ownAnswer(name, source.respond, result) : (source.accepted ?? usualAnswer(result));
}

function usualAnswer(result: InboundResult): HttpResponse {
  if (!result.isNew) return { status: 200, body: { duplicate: true } };
  return { status: 202, body: { receiptId: result.receiptId, eventId: result.eventId } };
}

async function ownAnswer(
  name: string,
  respond: NonNullable<AnySource['respond']>,
  { webhook }: InboundResult,
): Promise<HttpResponse> {
  const answer: unknown = await respond(webhook);
  if (isAnswer(answer)) return answer;
  throw new HooklineError('OPTION_INVALID', {
    option: `respond() of source "${name}"`,
    expected: 'an answer such as { status: 200, body: {} }',
    got: answer === null ? 'null' : typeof answer,
  });
}

function isAnswer(answer: unknown): answer is HttpResponse {
  const { status } = (answer ?? {}) as Partial<HttpResponse>;
  return Number.isInteger(status) && Number(status) >= 200 && Number(status) <= 599;
}

/** Some senders want no body in a refusal; 405 names the methods (RFC 9110, section 15.5.6). */
function refuse(response: HttpResponse, source: AnySource | undefined): HttpResponse {
  const headers = response.status === 405 && source ? { allow: source.methods.join(', ') } : {};
  if (source?.refusesSilently) return { status: response.status, headers };
  return { ...response, headers };
}
