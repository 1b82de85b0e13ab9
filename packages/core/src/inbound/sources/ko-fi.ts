import { defineSender } from '../create-source.js';
import type { SyncScheme } from '../schemes/scheme.js';
import { sharedToken } from '../schemes/shared-token.js';

const token = sharedToken({ path: 'verification_token' });

/** JSON in the only field of a form. */
const scheme: SyncScheme<string> = {
  ...token,
  sign(draft, secret, context) {
    const { body = draft.body } = token.sign(draft, secret, context);
    return {
      headers: { ...draft.headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: Buffer.from(new URLSearchParams({ data: body.toString() }).toString()),
    };
  },
};

/**
 * Ko-fi's webhooks, which sign nothing: they show a token inside the body, and so in the receipt and the event, too. The secret is
 * that verification token. The id is the body's; the type `Donation` gives `donation`.
 */
export const koFi = defineSender({
  kind: 'ko_fi',
  title: 'Ko-fi',
  docs: 'https://ko-fi.com/manage/webhooks',
  evidence: 'catalogues',
  scheme,
  id: { first: [{ path: 'message_id' }, { path: 'kofi_transaction_id' }] },
  type: { path: 'type' },
  accepted: { status: 200 },
  uncovered: 'the whole body: a token is shown, and nothing is signed',
});
