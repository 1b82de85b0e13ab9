import { decodeText, type JsonText, parseJson } from './request-json.js';

/** What a body says: `data`, and the same as JSON text. */
export type Content = JsonText;

/**
 * JSON as JSON, by its Content-Type or by what it looks like; a form as an object, or as the JSON in its field `payload` where it
 * has that; any other text as it is, other bytes as `{ base64 }`; nothing as null.
 *
 * Throws PAYLOAD_NOT_JSON for what says that it is JSON and is not, and for what is nested too deep.
 */
export function readContent(body: Buffer, contentType: string | null): Content {
  if (body.length === 0) return { data: null, json: 'null' };
  const type = contentType ?? '';
  if (FORM.test(type)) return readForm(body);
  if (JSON_TYPE.test(type) || beginsLikeJson(body)) return parseJson(decodeText(body));
  const text = textOf(body);
  return text === null ? asJson({ base64: body.toString('base64') }) : (scalarOf(text) ?? asJson(text));
}

const FORM = /^\s*application\/x-www-form-urlencoded\b/i;
const JSON_TYPE = /^\s*(application|text)\/([\w.-]+\+)?json\b/i;

/** The fields of a form; of a repeated one a list. */
export function formFields(body: Uint8Array): Readonly<Record<string, string | readonly string[]>> {
  const fields = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(decodeText(body))) {
    const earlier = fields.get(name);
    fields.set(name, earlier === undefined ? value : [earlier, value].flat());
  }
  return Object.fromEntries(fields);
}

function readForm(body: Uint8Array): Content {
  const fields = formFields(body);
  const { payload } = fields;
  if (typeof payload === 'string' && /^\s*[{[]/.test(payload)) return parseJson(payload);
  return asJson(fields);
}

function asJson(data: unknown): Content {
  return { data, json: JSON.stringify(data) };
}

/** Only an object or a list: text may begin like a number. */
function beginsLikeJson(body: Uint8Array): boolean {
  const first = body.find((byte) => byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
  return first === 0x7b || first === 0x5b;
}

/** JSON of a number, a text, a truth value or null. */
function scalarOf(json: string): Content | null {
  try {
    return { data: JSON.parse(json), json };
  } catch {
    return null;
  }
}

function textOf(body: Uint8Array): string | null {
  try {
    return decodeText(body);
  } catch {
    return null;
  }
}
