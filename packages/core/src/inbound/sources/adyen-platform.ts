import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Adyen's webhooks of platforms, management and tokens: base64 over the body. The secret is the HMAC key, in hex. No timestamp
 * is signed, and no id comes with all of them: a request that is sent again counts again.
 */
export const adyenPlatform = defineSender({
  kind: 'adyen_platform',
  title: 'Adyen for Platforms',
  docs: 'https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures',
  evidence: 'sdk',
  scheme: signed({ signature: 'HmacSignature', encoding: 'base64', secret: 'hex' }),
  type: { path: 'type' },
});
