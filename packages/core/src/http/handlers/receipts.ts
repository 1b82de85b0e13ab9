import { isUtf8 } from 'node:buffer';
import { HooklineError } from '../../errors.js';
import type { ReceiptSummary } from '../../inbound/receipt.js';
import type { RejectionRecord } from '../../inbound/rejection.js';
import type { AdminContext } from '../guard-route.js';
import type { HttpRequest, HttpResponse } from '../types.js';
import { presentEvent } from './events.js';
import { pageOf, respondPage } from './paging.js';

/** Filter: `?source=`. */
export async function listReceipts(request: HttpRequest, { hub }: AdminContext): Promise<HttpResponse> {
  const page = pageOf(request);
  return respondPage(await hub.receipts.list({ ...page, ...sourceOf(request) }), page, presentSummary);
}

export async function showReceipt({ params }: HttpRequest, { hub }: AdminContext): Promise<HttpResponse> {
  const id = params.id ?? '';
  const receipt = await hub.receipts.get(id);
  if (!receipt) throw new HooklineError('NOT_FOUND', { kind: 'receipt', id });
  return { status: 200, body: { ...presentSummary(receipt), ...presentBody(receipt.body) } };
}

export async function replayReceipt({ params }: HttpRequest, { hub }: AdminContext): Promise<HttpResponse> {
  return { status: 202, body: presentEvent(await hub.receipts.replay(params.id ?? '')) };
}

/** Filter: `?source=`. */
export async function listRejections(request: HttpRequest, { hub }: AdminContext): Promise<HttpResponse> {
  const page = pageOf(request);
  return respondPage(
    await hub.receipts.rejections({ ...page, ...sourceOf(request) }),
    page,
    presentRejection,
  );
}

function sourceOf({ query: { source } }: HttpRequest) {
  return source === undefined ? {} : { source };
}

function presentSummary(receipt: ReceiptSummary) {
  return { ...receipt, receivedAt: toIso(receipt.receivedAt), erasedAt: toIso(receipt.erasedAt) };
}

function presentBody(body: Buffer) {
  const bodyEncoding = isUtf8(body) ? 'utf8' : 'base64';
  return { bodyEncoding, body: body.toString(bodyEncoding) };
}

function presentRejection(rejection: RejectionRecord) {
  const { hourAt, firstAt, lastAt } = rejection;
  return { ...rejection, hourAt: toIso(hourAt), firstAt: toIso(firstAt), lastAt: toIso(lastAt) };
}

function toIso(instant: number | null): string | null {
  return instant === null ? null : new Date(instant).toISOString();
}
