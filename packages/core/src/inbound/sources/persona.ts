import { defineSender } from '../create-source.js';
import { type SignaturePlace, signed } from '../schemes/signed.js';

const HEADER = 'persona-signature';

/** A set of `t` and `v1` for each secret while one takes the place of another; a `t` that all sets have counts once. */
const SETS: SignaturePlace = {
  name: 'Persona-Signature',
  find(request) {
    const items = (request.header(HEADER) ?? '').split(/[ ,]+/).filter(Boolean);
    return items.length === 0 ? [] : [[...new Set(items)].join(',')];
  },
  put: (draft, text) => ({ headers: { ...draft.headers, [HEADER]: text } }),
};

/**
 * Persona's webhooks: `t` and `v1`, hex over timestamp and body, once for each secret. The secret is the webhook's. The type is the
 * event's name: `inquiry.completed`.
 */
export const persona = defineSender({
  kind: 'persona',
  title: 'Persona',
  docs: 'https://docs.withpersona.com/webhooks-best-practices',
  evidence: 'single',
  scheme: signed({
    signature: SETS,
    list: { separator: ',', assign: '=' },
    label: 'v1',
    timestamp: { label: 't' },
    secretHeaders: [HEADER],
  }),
  id: { path: 'data.id' },
  type: { path: 'data.attributes.name' },
});
