import type { Source, Sources } from './source.js';
import { github } from './sources/github.js';
import { standardWebhooks } from './sources/standard-webhooks.js';
import { stripe } from './sources/stripe.js';

const MAKERS: Readonly<Record<string, (options: { readonly secret: string }) => Source>> = {
  github,
  stripe,
  standard_webhooks: standardWebhooks,
};

/**
 * The sources whose secret is in the environment: GITHUB_WEBHOOK_SECRET, STRIPE_WEBHOOK_SECRET,
 * STANDARD_WEBHOOKS_WEBHOOK_SECRET. Throws SOURCE_SECRET_MISSING for a blank one, OPTION_INVALID.
 */
export function sourcesFromEnv(env: Readonly<Record<string, string | undefined>>): Sources {
  const entries = Object.entries(MAKERS).flatMap(([name, make]) => {
    const secret = env[`${name.toUpperCase()}_WEBHOOK_SECRET`];
    return secret ? [[name, make({ secret })] as const] : [];
  });
  return Object.fromEntries(entries);
}
