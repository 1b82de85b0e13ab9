import { createHash } from 'node:crypto';
import { equalInConstantTime } from '../../signing/constant-time.js';
import { defineSender } from '../create-source.js';
import type { ReceivedRequest } from '../inbound-request.js';
import type { MessageParts } from '../schemes/message.js';
import type { SyncScheme } from '../schemes/scheme.js';
import { type SignaturePlace, signed } from '../schemes/signed.js';
import type { VerificationKey } from '../schemes/verification-key.js';

/** One signature of one header: `sig=("content-digest");created=1700000000;alg="ed25519";keyid="mckey"` (RFC 9421, section 4). */
const INPUT = /^([\w-]{1,50})=(\("content-digest"\);created=(\d{1,15})(?:;[a-z]+=(?:"[\w.:-]*"|\d+))*)$/;
const DIGEST = /^sha-256=:([A-Za-z0-9+/=]{1,100}):$/;
const LABEL = 'sig';

/** Where it stands, with its time: of an input of another shape there is none. */
const PLACE: SignaturePlace = {
  name: 'Signature and Signature-Input',
  find(request) {
    const input = inputOf(request);
    const [, label, signature] =
      /^([\w-]{1,50})=:([A-Za-z0-9+/=]{1,200}):$/.exec(request.header('signature') ?? '') ?? [];
    return input === null || label !== input.label ? [] : [`created=${input.created},signature=${signature}`];
  },
  put: ({ headers }, text) => ({
    headers: { ...headers, signature: `${LABEL}=:${text.replace(/^.*signature=/, '')}:` },
  }),
};

const plain = signed({
  signature: PLACE,
  list: { separator: ',', assign: '=' },
  label: 'signature',
  algorithm: 'ed25519',
  encoding: 'base64',
  message: toMessages,
  timestamp: { label: 'created' },
  secretHeaders: ['signature', 'signature-input'],
});

const scheme: SyncScheme<VerificationKey> = {
  ...plain,
  sign(draft, secret, context) {
    const created = Math.floor(context.now / 1_000);
    const headers = {
      ...draft.headers,
      'content-digest': `sha-256=:${digestOf(draft.body)}:`,
      'signature-input': `${LABEL}=("content-digest");created=${created};alg="ed25519";keyid="test"`,
    };
    return plain.sign({ ...draft, headers }, secret, context);
  },
};

/**
 * MailChannels's webhooks, by HTTP Message Signatures (RFC 9421): Ed25519 over a SHA-256 of the body and the time. The secret is
 * MailChannels's public key, which its API shows by the `keyid` of a request. No id comes with a request: one that is sent again
 * counts again. The type is made of its events'.
 *
 * Anybody with an account can have MailChannels sign a request: look in each event whose `customer_handle` it has.
 */
export const mailchannels = defineSender({
  kind: 'mailchannels',
  title: 'MailChannels',
  docs: 'https://docs.mailchannels.net/email-api/advanced/delivery-events/',
  evidence: 'catalogues',
  scheme,
  type: { each: '', path: 'event' },
});

function toMessages({ request, body }: MessageParts) {
  const input = inputOf(request);
  const header = request.header('content-digest') ?? '';
  const [, digest = ''] = DIGEST.exec(header) ?? [];
  if (input === null || !equalInConstantTime(digest, digestOf(body))) return [];
  return [[`"content-digest": ${header}\n"@signature-params": ${input.parameters}`]];
}

function inputOf(request: ReceivedRequest) {
  const [, label, parameters, created] = INPUT.exec(request.header('signature-input') ?? '') ?? [];
  return label === undefined || parameters === undefined || created === undefined
    ? null
    : { label, parameters, created };
}

function digestOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('base64');
}
