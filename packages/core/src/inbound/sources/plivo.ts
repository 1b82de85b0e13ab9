import { requireChoice } from '../check-source-options.js';
import { defineSenderBy } from '../create-source.js';
import { NO_INSTRUCTIONS } from '../no-instructions.js';
import type { MessageParts } from '../schemes/message.js';
import type { Scheme } from '../schemes/scheme.js';
import { signed } from '../schemes/signed.js';
import { isForm, namesOf, sortedFields } from '../schemes/sorted-form.js';

export interface PlivoOptions {
  /** How Plivo signs: `v3` over URL and form, or `v2`, which covers the URL alone. The request does not choose. Default `v3`. */
  readonly version?: 'v2' | 'v3';
}

const SCHEMES: Readonly<Record<'v2' | 'v3', Scheme>> = {
  v2: signed({
    signature: 'X-Plivo-Signature-V2',
    encoding: 'base64',
    id: 'X-Plivo-Signature-V2-Nonce',
    message: ({ url, id }) => [[baseOf(url()) + id]],
    signsUrl: true,
    coversBody: false,
  }),
  v3: signed({
    signature: 'X-Plivo-Signature-V3',
    list: { separator: ',', assign: null },
    encoding: 'base64',
    id: 'X-Plivo-Signature-V3-Nonce',
    message: toMessages,
    signsUrl: true,
    coversBody: false,
  }),
};

/**
 * Plivo's callbacks: base64 over the URL, the form's fields and a nonce. The secret is the auth token. Behind a proxy say the URL:
 * `url`. No timestamp is signed; the id is the nonce. The type is `Event`, or else the status of call or message. Plivo wants XML
 * for an answer: it holds no instructions, unless `respond` gives some.
 */
export const plivo = defineSenderBy<PlivoOptions>(
  ({ version = 'v3' }) => ({
    kind: 'plivo',
    title: 'Plivo',
    docs: 'https://www.plivo.com/docs/voice/concepts/signature-validation',
    evidence: 'sdk',
    ownOptions: ['version'],
    scheme: SCHEMES[requireChoice('version', ['v2', 'v3'], version)],
    id: { header: `X-Plivo-Signature-${version === 'v2' ? 'V2' : 'V3'}-Nonce` },
    type: { first: ['Event', 'CallStatus', 'Status'].map((path) => ({ path })) },
    accepted: NO_INSTRUCTIONS,
    methods: ['POST', 'GET'],
    uncovered: 'how a form is written: its fields and their values are; with `version: "v2"` the whole body',
  }),
  {},
);

/** As Plivo's own library joins them (plivo-node, `validateV3Signature`). */
function toMessages({ request, body, url, id }: MessageParts) {
  const told = url();
  const query = sortedQuery(told);
  if (body.length === 0) return [[`${baseOf(told)}${query === '' ? '' : `?${query}`}.${id}`]];
  if (!isForm(request.header('content-type'))) return [];
  const fields = sortedFields(new URLSearchParams(body.toString()), false);
  return [[`${baseOf(told)}?${query}${query === '' ? '' : '.'}${fields}.${id}`]];
}

function baseOf(url: string): string {
  return url.replace(/[?#].*$/s, '');
}

function sortedQuery(url: string): string {
  const [, query = ''] = /\?([^#]*)/.exec(url) ?? [];
  const fields = new URLSearchParams(query);
  return namesOf(fields)
    .flatMap((name) =>
      fields
        .getAll(name)
        .sort()
        .map((value) => `${name}=${value}`),
    )
    .join('&');
}
