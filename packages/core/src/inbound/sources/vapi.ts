import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Vapi's server messages with an HMAC credential whose header is `x-vapi-signature`, whose algorithm is SHA256, and whose
 * payload is the body alone: so it must be set there. No timestamp is signed, and no id comes with a message. Those that
 * want an answer (`assistant-request`, `tool-calls`) get it by the option `respond`.
 */
export const vapi = defineSender({
  kind: 'vapi',
  title: 'Vapi',
  docs: 'https://docs.vapi.ai/server-url/server-authentication',
  evidence: 'catalogues',
  scheme: signed({ signature: 'X-Vapi-Signature' }),
  type: { path: 'message.type' },
});
