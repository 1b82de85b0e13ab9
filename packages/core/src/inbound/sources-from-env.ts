import type { SourceMaker } from './sender.js';
import type { Sources } from './source.js';
import * as catalogue from './sources/index.js';

/** Senders that need no more than a secret, by their kind. */
const MAKERS = Object.values(catalogue).filter(
  (make): make is SourceMaker => 'sender' in make && (make as SourceMaker).sender.needsOnlySecret !== false,
);

/**
 * The sources whose secret is in the environment, named by their kind: GITHUB_WEBHOOK_SECRET, STRIPE_WEBHOOK_SECRET,
 * STANDARD_WEBHOOKS_WEBHOOK_SECRET. Throws SOURCE_SECRET_MISSING for a blank one, OPTION_INVALID.
 */
export function sourcesFromEnv(env: Readonly<Record<string, string | undefined>>): Sources {
  const entries = MAKERS.flatMap((make) => {
    const { kind } = make.sender;
    const secret = env[`${kind.toUpperCase()}_WEBHOOK_SECRET`];
    return secret ? [[kind, make({ secret })] as const] : [];
  });
  return Object.fromEntries(entries);
}
