import { HooklineError } from '../errors.js';

export interface JsonText {
  readonly data: unknown;
  /** As the sender wrote it. */
  readonly json: string;
}

/** Keeps a byte order mark, so that JSON.parse refuses it: what is stored is what was signed. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Throws PAYLOAD_NOT_JSON. */
export function readJson(body: Uint8Array): JsonText {
  return parseJson(decodeText(body));
}

/** Throws PAYLOAD_NOT_JSON. */
export function parseJson(json: string): JsonText {
  if (json === '') throw new HooklineError('PAYLOAD_NOT_JSON', { problem: 'it is empty' });
  try {
    return { data: JSON.parse(json) as unknown, json };
  } catch (error) {
    throw new HooklineError('PAYLOAD_NOT_JSON', { problem: withoutExcerpt(error) });
  }
}

/** Throws PAYLOAD_NOT_JSON for what is not UTF-8. */
export function decodeText(body: Uint8Array): string {
  try {
    return utf8.decode(body);
  } catch (cause) {
    throw new HooklineError('PAYLOAD_NOT_JSON', { problem: 'it is not UTF-8' }, cause);
  }
}

/** V8 quotes the text it could not read; bodies stay out of messages and logs. */
function withoutExcerpt(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/, (\.{3})?".*$/s, '');
}
