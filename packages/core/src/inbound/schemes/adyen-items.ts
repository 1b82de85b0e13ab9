import { HooklineError } from '../../errors.js';
import { textAt, valueAt } from '../request-field.js';
import { keyRules } from './algorithm.js';
import type { SyncScheme } from './scheme.js';
import type { VerificationKey } from './verification-key.js';

const SIGNED = [
  'pspReference',
  'originalReference',
  'merchantAccountCode',
  'merchantReference',
  'amount.value',
  'amount.currency',
  'eventCode',
  'success',
];
const PLACE = 'additionalData.hmacSignature';
/** More than Adyen puts into a request: each costs a computation for each secret. */
const MAX_ITEMS = 100;

const { toKey, toSigner } = keyRules({ encoding: 'base64', secret: 'hex' });

/** Signatures in the body, one for each item, over fields joined by colons. What is missing is empty. */
export const adyenItems: SyncScheme<VerificationKey> = {
  secretHeaders: [],
  tolerance: null,
  coversBody: false,
  signsUrl: false,
  toKey,
  check(request, keys, { kind }) {
    const items = itemsOf(request.content.data);
    if (items.length === 0 || items.length > MAX_ITEMS)
      throw new HooklineError('REQUEST_INCOMPLETE', { what: `1 to ${MAX_ITEMS} "notificationItems"` });
    if (items.some((item) => textAt(item, PLACE) === null))
      throw new HooklineError('SIGNATURE_MISSING', { header: `(body) ${PLACE}` });
    if (!items.every((item) => isSigned(item, keys)))
      throw new HooklineError('SIGNATURE_MISMATCH', { source: kind });
  },
  sign(draft, secret) {
    const data: unknown = JSON.parse(draft.body.toString());
    const signer = toSigner(secret);
    const notificationItems = itemsOf(data).map((item) => {
      const additionalData = { hmacSignature: signer.sign([messageOf(item)]) };
      return { NotificationRequestItem: { ...(item as object), additionalData } };
    });
    return { body: Buffer.from(JSON.stringify({ ...(data as object), notificationItems })) };
  },
};

function itemsOf(data: unknown): readonly unknown[] {
  const items = valueAt(data, 'notificationItems');
  return Array.isArray(items) ? items.map((item) => valueAt(item, 'NotificationRequestItem')) : [];
}

function isSigned(item: unknown, keys: readonly VerificationKey[]): boolean {
  const message = [messageOf(item)];
  return keys.some((key) => key.checker(message)(textAt(item, PLACE) ?? ''));
}

function messageOf(item: unknown): string {
  return SIGNED.map((name) => textAt(item, name) ?? '').join(':');
}
