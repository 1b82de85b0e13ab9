import { defineSender } from '../create-source.js';
import type { ReceivedRequest } from '../inbound-request.js';
import { sharedToken } from '../schemes/shared-token.js';

/**
 * Telegram's bots, which sign nothing: they show the `secret_token` that their webhook was set with. The type is the kind of
 * update: `message`, `callback_query`.
 */
export const telegram = defineSender({
  kind: 'telegram',
  title: 'Telegram',
  docs: 'https://core.telegram.org/bots/api#setwebhook',
  evidence: 'sdk',
  scheme: sharedToken({ header: 'X-Telegram-Bot-Api-Secret-Token' }),
  id: { path: 'update_id' },
  type: typeOf,
  uncovered: 'the whole body: a secret is shown, and nothing is signed',
});

/** Besides its number an update has one field, named like its kind. */
function typeOf({ content: { data } }: ReceivedRequest): string | null {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return null;
  return Object.keys(data).find((name) => name !== 'update_id') ?? null;
}
