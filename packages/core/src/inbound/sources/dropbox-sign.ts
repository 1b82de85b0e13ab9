import { createHmac } from 'node:crypto';
import { defineSender } from '../create-source.js';
import { readContent } from '../request-content.js';
import { textAt } from '../request-field.js';
import type { MessageParts } from '../schemes/message.js';
import type { Draft } from '../schemes/scheme.js';
import { withValue } from '../schemes/set-field.js';
import { type SignaturePlace, signed } from '../schemes/signed.js';

const HASH = 'event.event_hash';

const IN_BODY: SignaturePlace = {
  name: `(body) ${HASH}`,
  find({ content }) {
    const hash = textAt(content.data, HASH);
    return hash === null ? [] : [hash];
  },
  put: (draft, hash) => asForm(draft, withValue(readContent(draft.body, null).data, HASH.split('.'), hash)),
};

/**
 * Dropbox Sign's callbacks: hex over the time and the type of the event, inside the body. The secret is the API key. Nothing else
 * of the body is covered: read from Dropbox Sign what matters. No id comes with a request: one that is sent again counts again.
 *
 * A repeated callback keeps its time: `toleranceS` limits how old one may be, and nothing does by default. Dropbox Sign wants a
 * certain text as the answer: so is it answered.
 */
export const dropboxSign = defineSender({
  kind: 'dropbox_sign',
  title: 'Dropbox Sign',
  docs: 'https://developers.hellosign.com/docs/events/walkthrough/',
  evidence: 'sdk',
  scheme: signed({
    signature: IN_BODY,
    message: toMessages,
    coversBody: false,
    timestamp: {
      path: 'event.event_time',
      past: Number.POSITIVE_INFINITY,
      future: Number.POSITIVE_INFINITY,
    },
  }),
  type: { path: 'event.event_type' },
  accepted: {
    status: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: 'Hello API Event Received',
  },
  uncovered: 'all but time and type of the event',
});

function toMessages({ request, timestamp }: MessageParts) {
  return [[timestamp + (textAt(request.content.data, 'event.event_type') ?? '')]];
}

function asForm({ headers }: Draft, data: unknown): Partial<Draft> {
  const json = JSON.stringify(data);
  const boundary = createHmac('sha256', 'boundary').update(json).digest('hex').slice(0, 32);
  const head = 'content-disposition: form-data; name="json"';
  return {
    headers: { ...headers, 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.from(`--${boundary}\r\n${head}\r\n\r\n${json}\r\n--${boundary}--\r\n`),
  };
}
