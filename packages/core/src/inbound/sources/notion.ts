import { defineSender } from '../create-source.js';
import type { ReceivedRequest } from '../inbound-request.js';
import { valueAt } from '../request-field.js';
import { signed } from '../schemes/signed.js';

export interface NotionOptions {
  /**
   * Told the verification token when Notion first tries the URL: show it to whoever sets the integration up, to be typed into
   * Notion and given here as `secret`. Anybody can send one: it proves nothing. Default: such a request is refused.
   */
  readonly onVerificationToken?: (token: string) => void | Promise<void>;
}

/**
 * Notion's webhooks: hex over the body. The secret is the verification token that Notion sends when it first tries the URL. No
 * timestamp is signed; the id is the body's.
 */
export const notion = defineSender<NotionOptions>({
  kind: 'notion',
  title: 'Notion',
  docs: 'https://developers.notion.com/reference/webhooks',
  evidence: 'sdk',
  ownOptions: ['onVerificationToken'],
  scheme: signed({ signature: 'X-Notion-Signature', prefix: 'sha256=' }),
  id: { path: 'id' },
  type: { path: 'type' },
  bringsSecret: true,
  async handshake(request, { options: { onVerificationToken } }) {
    const token = onVerificationToken === undefined ? null : tokenOf(request);
    if (token === null) return null;
    await onVerificationToken?.(token);
    return { status: 200 };
  },
});

function tokenOf({ content: { data } }: ReceivedRequest): string | null {
  const token = valueAt(data, 'verification_token');
  const isAlone = typeof token === 'string' && Object.keys(data as object).length === 1;
  return isAlone && /^[\w-]{10,200}$/.test(token) ? token : null;
}
