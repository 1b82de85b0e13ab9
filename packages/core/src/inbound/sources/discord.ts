import { defineSender } from '../create-source.js';
import type { ReceivedRequest } from '../inbound-request.js';
import { textAt, valueAt } from '../request-field.js';
import { signed } from '../schemes/signed.js';

/** As Discord's API numbers them. */
const INTERACTIONS: Readonly<Record<string, string>> = {
  2: 'interaction.application_command',
  3: 'interaction.message_component',
  4: 'interaction.autocomplete',
  5: 'interaction.modal_submit',
};

/**
 * Discord's interactions and webhook events: Ed25519 over timestamp and body. The secret is the app's public key, in hex.
 * Discord limits the age of a request nowhere: `toleranceS` does, and nothing by default.
 *
 * The type is that of the event, or `interaction.application_command` and the like, which Discord wants answered within three
 * seconds: by `respond`. Discord tries the URL with pings, right and wrong ones: the right ones are answered.
 */
export const discord = defineSender({
  kind: 'discord',
  title: 'Discord',
  docs: 'https://discord.com/developers/docs/interactions/overview',
  evidence: 'sdk',
  scheme: signed({
    signature: 'X-Signature-Ed25519',
    algorithm: 'ed25519',
    message: '{timestamp}{body}',
    timestamp: {
      header: 'X-Signature-Timestamp',
      past: Number.POSITIVE_INFINITY,
      future: Number.POSITIVE_INFINITY,
    },
  }),
  id: { path: 'id' },
  type: typeOf,
  accepted: { status: 204 },
  handshake(request, { check }) {
    const { data } = request.content;
    const isEvent = valueAt(data, 'event') !== undefined;
    const type = isEvent ? null : textAt(data, 'type');
    if (type !== '0' && type !== '1') return null;
    check();
    return type === '0' ? { status: 204 } : { status: 200, body: { type: 1 } };
  },
});

function typeOf({ content: { data } }: ReceivedRequest): string | null {
  const type = textAt(data, 'event.type');
  if (type !== null) return type;
  const number = textAt(data, 'type');
  return number === null ? null : (INTERACTIONS[number] ?? `interaction.${number}`);
}
