import { defineSender } from '../create-source.js';
import { type SignaturePlace, signed } from '../schemes/signed.js';

const HEADER = 'x-mollie-signature';
const PREFIX = 'sha256=';

/** The header comes once for each secret while one is replaced, with or without what stands in front of the hex. */
const EACH: SignaturePlace = {
  name: 'X-Mollie-Signature',
  find(request) {
    const values = (request.header(HEADER) ?? '').split(',').map((value) => value.trim());
    return values
      .filter(Boolean)
      .map((value) => (value.startsWith(PREFIX) ? value.slice(PREFIX.length) : value));
  },
  put: (draft, signature) => ({ headers: { ...draft.headers, [HEADER]: PREFIX + signature } }),
};

/**
 * Mollie's webhooks of the newer kind: hex over the body. The secret is the webhook's. No timestamp is signed; the id is the
 * body's. The classic ones, which bring a payment's number alone, are not signed and are refused here.
 */
export const mollie = defineSender({
  kind: 'mollie',
  title: 'Mollie',
  docs: 'https://docs.mollie.com/reference/webhooks-new',
  evidence: 'sdk',
  scheme: signed({ signature: EACH, secretHeaders: [HEADER] }),
  id: { path: 'id' },
  type: { path: 'type' },
  accepted: { status: 200 },
});
