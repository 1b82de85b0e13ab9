import { HooklineError, invalidField } from '../../errors.js';
import type { AccountScope, NewWebhook, RotationOptions, Webhook } from '../../hub-services.js';
import type { AdminContext } from '../guard-route.js';
import type { HttpRequest, HttpResponse } from '../types.js';
import { presentDelivery } from './deliveries.js';
import { pageOf, respondPage } from './paging.js';

/** For answers that hold a secret. */
const NO_STORE = { 'cache-control': 'no-store' };

export async function listWebhooks(
  request: HttpRequest,
  { hub, scope }: AdminContext,
): Promise<HttpResponse> {
  const page = pageOf(request);
  return respondPage(await hub.webhooks.list({ ...scope, ...page }), page, presentWebhook);
}

/** A caller bound to an account creates for that one, whatever the body says. */
export async function createWebhook(
  request: HttpRequest,
  { hub, scope }: AdminContext,
): Promise<HttpResponse> {
  const input = { ...(await objectOf(request)), ...scope } as NewWebhook;
  const { webhook, secret } = await hub.webhooks.create(input);
  return { status: 201, headers: NO_STORE, body: { ...presentWebhook(webhook), secret } };
}

export async function showWebhook(
  { params }: HttpRequest,
  { hub, scope }: AdminContext,
): Promise<HttpResponse> {
  const id = params.id ?? '';
  const webhook = await hub.webhooks.get(id, scope);
  if (!webhook) throw new HooklineError('NOT_FOUND', { kind: 'webhook', id });
  return { status: 200, body: presentWebhook(webhook) };
}

export async function updateWebhook(
  request: HttpRequest,
  { hub, scope }: AdminContext,
): Promise<HttpResponse> {
  const change = await objectOf(request);
  return {
    status: 200,
    body: presentWebhook(await hub.webhooks.update(request.params.id ?? '', change, scope)),
  };
}

export async function deleteWebhook(
  { params }: HttpRequest,
  { hub, scope }: AdminContext,
): Promise<HttpResponse> {
  await hub.webhooks.delete(params.id ?? '', scope);
  return { status: 204 };
}

export async function revealSecrets(
  { params }: HttpRequest,
  { hub, scope }: AdminContext,
): Promise<HttpResponse> {
  const [secret, ...previous] = await hub.webhooks.revealSecrets(params.id ?? '', scope);
  return { status: 200, headers: NO_STORE, body: { secret, previous } };
}

export async function rotateSecret(
  request: HttpRequest,
  { hub, scope }: AdminContext,
): Promise<HttpResponse> {
  const { overlapMs, secret: given, signature, ...others } = await objectOf(request);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw invalidField(unknown, 'is not an option of rotation');
  if (overlapMs !== undefined && typeof overlapMs !== 'number')
    throw invalidField('overlapMs', 'expected milliseconds');
  if (given !== undefined && typeof given !== 'string') throw invalidField('secret', 'expected text');
  if (signature !== undefined && signature !== 'v1' && signature !== 'v1a')
    throw invalidField('signature', 'expected "v1" or "v1a"');
  const options: AccountScope & RotationOptions = {
    ...scope,
    ...(overlapMs !== undefined && { overlapMs }),
    ...(given !== undefined && { secret: given }),
    ...(signature !== undefined && { signature }),
  };
  const secret = await hub.webhooks.rotateSecret(request.params.id ?? '', options);
  return { status: 200, headers: NO_STORE, body: { secret } };
}

export async function pauseWebhook(
  { params }: HttpRequest,
  { hub, scope }: AdminContext,
): Promise<HttpResponse> {
  return { status: 200, body: presentWebhook(await hub.webhooks.pause(params.id ?? '', scope)) };
}

export async function resumeWebhook(
  { params }: HttpRequest,
  { hub, scope }: AdminContext,
): Promise<HttpResponse> {
  return { status: 200, body: presentWebhook(await hub.webhooks.resume(params.id ?? '', scope)) };
}

export async function testWebhook(
  { params }: HttpRequest,
  { hub, scope }: AdminContext,
): Promise<HttpResponse> {
  const delivery = await hub.webhooks.test(params.id ?? '', scope);
  return { status: 202, body: presentDelivery(delivery) };
}

function presentWebhook(webhook: Webhook) {
  const { createdAt, updatedAt, disabled } = webhook;
  return {
    ...webhook,
    disabled: disabled && { ...disabled, at: new Date(disabled.at).toISOString() },
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
  };
}

/** The body as an object; none at all is an empty one. Throws VALIDATION_FAILED. */
async function objectOf(request: HttpRequest): Promise<Record<string, unknown>> {
  const body = (await request.json()) ?? {};
  if (typeof body === 'object' && !Array.isArray(body)) return body as Record<string, unknown>;
  throw new HooklineError('VALIDATION_FAILED', { problem: 'expected a JSON object' });
}
