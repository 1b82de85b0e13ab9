import { HooklineError } from '../../errors.js';
import { equalInConstantTime } from '../../signing/constant-time.js';
import { defineSender } from '../create-source.js';
import { echoChallenge } from '../echo-challenge.js';
import { signed } from '../schemes/signed.js';

export interface MetaOptions {
  /** What was typed into Meta's form beside the URL: Meta shows it when it tries the URL. Default: nobody is answered. */
  readonly verifyToken?: string;
}

/**
 * Meta's webhooks: WhatsApp, Messenger, Instagram, Facebook pages. Hex over the body as it came. The secret is the app's secret.
 * Neither a timestamp nor an id comes with a request: one that is sent again counts again; the messages inside have ids.
 *
 * The type is object and field: `whatsapp_business_account.messages`. Meta tries the URL with `verifyToken` and a challenge, which
 * is echoed.
 */
export const meta = defineSender<MetaOptions>({
  kind: 'meta',
  title: 'Meta',
  docs: 'https://developers.facebook.com/docs/graph-api/webhooks/getting-started',
  evidence: 'catalogues',
  ownOptions: ['verifyToken'],
  scheme: signed({
    signature: 'X-Hub-Signature-256',
    prefix: 'sha256=',
    secretHeaders: ['X-Hub-Signature'],
  }),
  type: { joined: [{ path: 'object' }, { path: 'entry.0.changes.0.field' }] },
  accepted: { status: 200 },
  needsOnlySecret: false,
  handshake({ method, queries }, { options: { verifyToken } }) {
    if (method !== 'GET' || queries.get('hub.mode') !== 'subscribe') return null;
    const shown = queries.get('hub.verify_token') ?? '';
    if (verifyToken === undefined || verifyToken === '' || !equalInConstantTime(shown, verifyToken))
      throw new HooklineError('SIGNATURE_MISMATCH', { source: 'meta' });
    return echoChallenge(queries.get('hub.challenge') ?? '');
  },
});
