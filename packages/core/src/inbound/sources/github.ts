import { HooklineError } from '../../errors.js';
import { toEventSegments } from '../event-segments.js';
import { readField } from '../request-field.js';
import { decodeText, type JsonText, parseJson, readJson } from '../request-json.js';
import { hmacScheme } from '../schemes/hmac-scheme.js';
import type { SignatureScheme } from '../schemes/signature-scheme.js';
import type { InboundRequest, Source, VerifiedRequest } from '../source.js';
import type { SourceSecret } from '../source-secrets.js';
import { requireField, signedSource } from './signed-source.js';

export interface GithubOptions {
  /** The secret typed into the webhook's settings; several while it is being changed. */
  readonly secret: SourceSecret;
}

/**
 * GitHub's webhooks: repository, organisation and app, as JSON or as a form.
 *
 * The type is the `X-GitHub-Event`, with the body's `action` where it has one: `push`, `issues.opened`. GitHub signs
 * the body alone, with no timestamp and no header, so what keeps an old request from counting twice is its
 * `X-GitHub-Delivery`; one that comes without it is taken for new. The old `X-Hub-Signature` (SHA-1) is never looked at.
 * Rules: https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
 *
 * Throws SOURCE_SECRET_MISSING.
 */
export function github(options: GithubOptions): Source {
  return signedSource(githubScheme(options), readGithub, ['x-hub-signature']);
}

export function githubScheme({ secret }: GithubOptions): SignatureScheme {
  return hmacScheme({ kind: 'github', secret, header: 'x-hub-signature-256', prefix: 'sha256=' });
}

function readGithub(request: InboundRequest): VerifiedRequest {
  const { data, json } = isForm(request) ? readForm(request.body) : readJson(request.body);
  const event = requireField({ header: 'X-GitHub-Event' }, { request, data });
  const id = readField({ header: 'X-GitHub-Delivery' }, request, data);
  const action = readField({ path: 'action' }, request, data);
  return { id, type: toEventSegments(action === null ? event : `${event}.${action}`), data, json };
}

function isForm({ headers }: InboundRequest): boolean {
  return /^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '');
}

function readForm(body: Uint8Array): JsonText {
  const payload = new URLSearchParams(decodeText(body)).get('payload');
  if (payload === null) throw new HooklineError('REQUEST_INCOMPLETE', { what: 'the form field "payload"' });
  return parseJson(payload);
}
