import type { ReceivedRequest } from '../inbound-request.js';
import type { Message, MessageParts } from './message.js';
import { type ListItem, parseSignatureHeader } from './signature-list.js';
import { type SignaturePlace, signed } from './signed.js';

const HEADER = 'x-hook0-signature';

/**
 * `t=..,h=names,v1=..` covers the named headers, `t=..,v0=..` the body alone. Of a request that has both only the stronger
 * one counts: whoever could choose would leave it out (Hook0's conformance tests, `signature.json`).
 */
const STRONGEST: SignaturePlace = {
  name: 'X-Hook0-Signature',
  find(request) {
    const items = itemsOf(request);
    const label = hasHeaders(items) ? 'v1' : 'v0';
    const kept = items.filter((item) => item.label === 't' || item.label === label);
    return kept.length === 0 ? [] : [kept.map(relabelled).join(',')];
  },
  put: (draft, text) => ({ headers: { ...draft.headers, [HEADER]: text.replace('s=', 'v0=') } }),
};

export const hook0Scheme = signed({
  signature: STRONGEST,
  list: { separator: ',', assign: '=' },
  label: 's',
  message: compose,
  timestamp: { label: 't' },
  secretHeaders: [HEADER],
});

/** No message where a header is named that did not come: its absence must not be signed for. */
function compose({ request, timestamp, body }: MessageParts): readonly Message[] {
  const items = itemsOf(request);
  if (!hasHeaders(items)) return [[`${timestamp}.`, body]];
  const names = items.find(({ label }) => label === 'h')?.value ?? '';
  const values = names.split(' ').map((name) => request.header(name.toLowerCase()));
  return values.includes(null) ? [] : [[`${timestamp}.${names}.${values.join('.')}.`, body]];
}

function itemsOf(request: Pick<ReceivedRequest, 'header'>): readonly ListItem[] {
  return parseSignatureHeader(request.header(HEADER) ?? '', { separator: ',', assign: '=' });
}

function hasHeaders(items: readonly ListItem[]): boolean {
  return items.some(({ label }) => label === 'v1');
}

function relabelled({ label, value }: ListItem): string {
  return `${label === 't' ? 't' : 's'}=${value}`;
}
