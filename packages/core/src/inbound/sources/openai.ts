import { decodeSecret } from '../../signing/secret.js';
import { defineSender } from '../create-source.js';
import { invalidSecret } from '../schemes/key-format.js';
import { standardSchemeWithKey, standardSender } from '../schemes/standard-webhooks.js';

/**
 * OpenAI's webhooks, by Standard Webhooks. The secret is the endpoint's, `whsec_...`; as OpenAI's own library has it, one
 * without that prefix is used as it is.
 */
export const openai = defineSender(
  standardSender({
    kind: 'openai',
    title: 'OpenAI',
    docs: 'https://platform.openai.com/docs/guides/webhooks',
    evidence: 'sdk',
    headers: ['webhook'],
    scheme: standardSchemeWithKey(['webhook'], toKey),
    type: { path: 'type' },
  }),
);

function toKey(secret: string): Uint8Array {
  if (!secret.startsWith('whsec_')) return Buffer.from(secret, 'utf8');
  const key = decodeSecret(secret);
  if (key !== null && key.length > 0) return key;
  throw invalidSecret('base64 behind "whsec_"', secret);
}
