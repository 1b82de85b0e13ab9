import { defineSender } from '../create-source.js';
import type { ReceivedRequest } from '../inbound-request.js';
import { textAt, valueAt } from '../request-field.js';
import { adyenItems } from '../schemes/adyen-items.js';

/**
 * Adyen's standard notifications of payments. Each item of the body is signed by itself, over eight of its fields; all must be
 * right. The secret is the HMAC key, in hex. No timestamp is signed; the id is `pspReference` and `eventCode`.
 *
 * Notifications of platforms, management and tokens are signed as a whole: `adyenPlatform`.
 */
export const adyen = defineSender({
  kind: 'adyen',
  title: 'Adyen',
  docs: 'https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures',
  evidence: 'sdk',
  scheme: adyenItems,
  id: idOf,
  type: { each: 'notificationItems', path: 'NotificationRequestItem.eventCode' },
  accepted: { status: 200, body: '[accepted]' },
  uncovered:
    'all but `pspReference`, `originalReference`, `merchantAccountCode`, `merchantReference`, `amount`, `eventCode` and `success`',
});

function idOf({ content }: ReceivedRequest): string | null {
  const items = valueAt(content.data, 'notificationItems');
  if (!Array.isArray(items) || items.length === 0) return null;
  const parts = items.map((item) =>
    ['pspReference', 'eventCode']
      .map((name) => textAt(item, `NotificationRequestItem.${name}`) ?? '')
      .join('.'),
  );
  return parts.join(',');
}
