import { defineSender } from '../create-source.js';
import type { MessageParts } from '../schemes/message.js';
import type { Draft } from '../schemes/scheme.js';
import { parseSignatureHeader } from '../schemes/signature-list.js';
import { type SignaturePlace, signed } from '../schemes/signed.js';

const HEADER = 'gcms-signature';
const LIST = { separator: ',', assign: '=' } as const;
const ENVIRONMENT = 'master';

/** The environment stands among the signatures, and is signed. */
const WITH_ENVIRONMENT: SignaturePlace = {
  name: HEADER,
  find(request) {
    const header = request.header(HEADER);
    return header === null ? [] : [header];
  },
  put({ headers }: Draft, text) {
    const { sign = '', t = '' } = Object.fromEntries(
      parseSignatureHeader(text, LIST).map(({ label, value }) => [label, value]),
    );
    return { headers: { ...headers, [HEADER]: `sign=${sign}, env=${ENVIRONMENT}, t=${t}` } };
  },
};

/**
 * Hygraph's webhooks: base64 over a JSON text of body, environment and time. The secret is the webhook's.
 *
 * Hygraph limits the age of a request nowhere: `toleranceS` does, and nothing by default. No id comes with one: what is sent again
 * counts again. The type is the body's `operation`.
 */
export const hygraph = defineSender({
  kind: 'hygraph',
  title: 'Hygraph',
  docs: 'https://hygraph.com/docs/api-reference/basics/webhooks',
  evidence: 'sdk',
  scheme: signed({
    signature: WITH_ENVIRONMENT,
    list: LIST,
    label: 'sign',
    encoding: 'base64',
    message: toMessages,
    timestamp: { label: 't', format: 'ms', past: Number.POSITIVE_INFINITY, future: Number.POSITIVE_INFINITY },
    secretHeaders: [HEADER],
  }),
  type: { path: 'operation' },
});

function toMessages({ request, body, timestamp }: MessageParts) {
  const items = parseSignatureHeader(request.header(HEADER) ?? `env=${ENVIRONMENT}`, LIST);
  const EnvironmentName = items.find(({ label }) => label === 'env')?.value;
  return [[JSON.stringify({ Body: body.toString('utf8'), EnvironmentName, TimeStamp: Number(timestamp) })]];
}
