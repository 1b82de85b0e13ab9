import { requireHeaderName } from '../check-source-options.js';
import { defineSenderBy } from '../create-source.js';
import { sharedToken } from '../schemes/shared-token.js';

export interface BigcommerceOptions {
  /** The custom header that the webhook was made with. Default `Authorization`. */
  readonly header?: string;
}

/**
 * BigCommerce's webhooks, which sign nothing (the `hash` in the body is no signature): they show the custom headers that they
 * were made with. The secret is the whole value of one of them.
 */
export const bigcommerce = defineSenderBy<BigcommerceOptions>(
  ({ header = 'Authorization' }) => ({
    kind: 'bigcommerce',
    title: 'BigCommerce',
    docs: 'https://developer.bigcommerce.com/docs/integrations/webhooks',
    evidence: 'docs',
    ownOptions: ['header'],
    scheme: sharedToken({ header: requireHeaderName('header', header) }),
    id: { joined: [{ path: 'hash' }, { path: 'created_at' }] },
    type: { path: 'scope' },
    uncovered: 'the whole body: its secret is shown, and nothing is signed',
  }),
  {},
);
