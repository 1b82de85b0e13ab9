import { HooklineError } from '../errors.js';

export interface JsonText {
  readonly data: unknown;
  /** As the sender wrote it. */
  readonly json: string;
}

/** RFC 8259, section 9, leaves the limit to who reads. JSON.parse has none, most code that walks through data has. */
const MAX_DEPTH = 1_000;

/** Keeps a byte order mark, so that JSON.parse refuses it: what is stored is what was signed. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Throws PAYLOAD_NOT_JSON. */
export function readJson(body: Uint8Array): JsonText {
  return parseJson(decodeText(body));
}

/** Throws PAYLOAD_NOT_JSON, also for what is nested so deep that others could not walk through it. */
export function parseJson(json: string): JsonText {
  if (json === '') throw new HooklineError('PAYLOAD_NOT_JSON', { problem: 'it is empty' });
  const data = tryParse(json);
  // each level takes two characters
  if (json.length <= 2 * MAX_DEPTH || !isDeeperThan(data, MAX_DEPTH)) return { data, json };
  throw new HooklineError('PAYLOAD_NOT_JSON', { problem: `it is nested more than ${MAX_DEPTH} levels deep` });
}

/** Throws PAYLOAD_NOT_JSON for what is not UTF-8. */
export function decodeText(body: Uint8Array): string {
  try {
    return utf8.decode(body);
  } catch (cause) {
    throw new HooklineError('PAYLOAD_NOT_JSON', { problem: 'it is not UTF-8' }, cause);
  }
}

function tryParse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new HooklineError('PAYLOAD_NOT_JSON', { problem: withoutExcerpt(error) });
  }
}

/** Never more calls within each other than levels are allowed. */
function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((item) => isDeeperThan(item, levels - 1));
  for (const key in value) {
    if (isDeeperThan((value as Readonly<Record<string, unknown>>)[key], levels - 1)) return true;
  }
  return false;
}

/** V8 quotes the text it could not read; bodies stay out of messages and logs. */
function withoutExcerpt(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/, (\.{3})?".*$/s, '');
}
