import { HooklineError } from '../../errors.js';
import { equalInConstantTime } from '../../signing/constant-time.js';
import { defineSender } from '../create-source.js';
import { echoChallenge } from '../echo-challenge.js';
import { readContent } from '../request-content.js';
import { textAt, valueAt } from '../request-field.js';
import type { SyncScheme } from '../schemes/scheme.js';

/** Every notification of a request shows the `clientState` that its subscription was made with. */
const scheme: SyncScheme<string> = {
  secretHeaders: [],
  tolerance: null,
  coversBody: false,
  signsUrl: false,
  toKey: (secret) => secret,
  check({ content }, keys, { kind }) {
    const states = itemsOf(content.data).map((item) => textAt(item, 'clientState'));
    if (states.length === 0) throw new HooklineError('SIGNATURE_MISSING', { header: '(body) clientState' });
    const isKnown = (state: string | null) =>
      state !== null && keys.filter((key) => equalInConstantTime(state, key)).length > 0;
    if (!states.every(isKnown)) throw new HooklineError('SIGNATURE_MISMATCH', { source: kind });
  },
  sign({ body }, secret) {
    const { data } = readContent(body, null);
    const items = itemsOf(data);
    const value = (items.length === 0 ? [{}] : items).map((item) => ({
      ...(item as object),
      clientState: secret,
    }));
    return { body: Buffer.from(JSON.stringify({ ...(data as object), value })) };
  },
};

/**
 * Microsoft Graph's change notifications, which sign nothing: they show the `clientState` of their subscription inside the body,
 * and so in the receipt and the event, too. The secret is that text. No id comes with a request: one that is sent again counts
 * again. The type is made of its notifications' `changeType`.
 *
 * Graph tries the URL with a token, which is echoed.
 */
export const microsoftGraph = defineSender({
  kind: 'microsoft_graph',
  title: 'Microsoft Graph',
  docs: 'https://learn.microsoft.com/graph/change-notifications-delivery-webhooks',
  evidence: 'catalogues',
  scheme,
  type: { each: 'value', path: 'changeType' },
  accepted: { status: 202 },
  uncovered: 'the whole body: a text is shown, and nothing is signed',
  handshake(request) {
    const token = request.query('validationToken');
    return token === null ? null : echoChallenge(token);
  },
});

function itemsOf(data: unknown): readonly unknown[] {
  const items = valueAt(data, 'value');
  return Array.isArray(items) ? items : [];
}
