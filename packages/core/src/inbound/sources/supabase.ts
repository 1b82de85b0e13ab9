import { requireHeaderName } from '../check-source-options.js';
import { defineSenderBy } from '../create-source.js';
import { sharedToken } from '../schemes/shared-token.js';

export interface SupabaseOptions {
  /** The header that the webhook was given. Default `Authorization`. */
  readonly header?: string;
}

/**
 * Supabase's database webhooks, which sign nothing: they show the headers that they were given. The secret is the whole
 * value of one of them, `Bearer ...` and all.
 *
 * The type is table and operation: `orders.insert`. No id comes with a request: one that is sent again counts again.
 */
export const supabase = defineSenderBy<SupabaseOptions>(
  ({ header = 'Authorization' }) => ({
    kind: 'supabase',
    title: 'Supabase',
    docs: 'https://supabase.com/docs/guides/database/webhooks',
    evidence: 'catalogues',
    ownOptions: ['header'],
    scheme: sharedToken({ header: requireHeaderName('header', header) }),
    type: { joined: [{ path: 'table' }, { path: 'type' }] },
    uncovered: 'the whole body: its secret is shown, and nothing is signed',
  }),
  {},
);
