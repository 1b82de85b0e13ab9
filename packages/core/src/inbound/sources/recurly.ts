import { defineSender } from '../create-source.js';
import { type SignaturePlace, signed } from '../schemes/signed.js';

const HEADER = 'recurly-signature';

/** `1700000000000,hex,hex`: the first is the timestamp, the others are signatures. */
const UNLABELLED: SignaturePlace = {
  name: HEADER,
  find(request) {
    const [timestamp, ...signatures] = (request.header(HEADER) ?? '').split(',');
    const isPlain = signatures.length > 0 && ![timestamp, ...signatures].some((part) => part?.includes('='));
    return isPlain ? [`t=${timestamp},${signatures.map((signature) => `s=${signature}`).join(',')}`] : [];
  },
  put: (draft, text) => ({
    headers: { ...draft.headers, [HEADER]: text.replace('t=', '').replace('s=', '') },
  }),
};

/**
 * Recurly's webhooks in JSON: hex over timestamp and body, several while a secret is replaced; the timestamp in milliseconds,
 * five minutes either way. The secret is the endpoint's.
 */
export const recurly = defineSender({
  kind: 'recurly',
  title: 'Recurly',
  docs: 'https://docs.recurly.com/recurly-subscriptions/docs/signature-headers',
  evidence: 'single',
  scheme: signed({
    signature: UNLABELLED,
    list: { separator: ',', assign: '=' },
    label: 's',
    timestamp: { label: 't', format: 'ms' },
    secretHeaders: [HEADER],
  }),
  id: { path: 'id' },
  type: { joined: [{ path: 'object_type' }, { path: 'event_type' }] },
});
