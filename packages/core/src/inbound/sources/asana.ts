import { defineSender } from '../create-source.js';
import type { ReceivedRequest } from '../inbound-request.js';
import { signed } from '../schemes/signed.js';

export interface AsanaOptions {
  /**
   * Given the secret that Asana brings while a webhook is made: store it, and answer true. Anybody can send one, so answer false
   * unless your app is just making a webhook, best with a URL that nobody could guess. Default: every such request is refused.
   */
  readonly acceptSecret?: (secret: string, request: ReceivedRequest) => boolean | Promise<boolean>;
}

/**
 * Asana's webhooks: hex over the body. The secret is the one that Asana brings while a webhook is made, another for each: look
 * it up by the URL. Neither a timestamp nor an id comes with a request: one that is sent again counts again.
 *
 * A request brings many events, or none: the type is made of theirs, `task.changed`.
 */
export const asana = defineSender<AsanaOptions>({
  kind: 'asana',
  title: 'Asana',
  docs: 'https://developers.asana.com/docs/webhooks-guide',
  evidence: 'catalogues',
  ownOptions: ['acceptSecret'],
  scheme: signed({ signature: 'X-Hook-Signature', secretHeaders: ['X-Hook-Secret'] }),
  type: { each: 'events', path: ['resource.resource_type', 'action'] },
  accepted: { status: 200 },
  needsOnlySecret: false,
  bringsSecret: true,
  async handshake(request, { options: { acceptSecret } }) {
    const secret = request.header('x-hook-secret');
    if (secret === null || !/^[\x21-\x7e]{10,200}$/.test(secret)) return null;
    const isAccepted = await acceptSecret?.(secret, request);
    return isAccepted === true ? { status: 200, headers: { 'x-hook-secret': secret } } : null;
  },
});
