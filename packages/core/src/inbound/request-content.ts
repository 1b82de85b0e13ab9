import { collectFields, type FormFields, multipartFields } from './form-fields.js';
import { decodeText, type JsonText, parseJson } from './request-json.js';

/** What a body says: `data`, and the same as JSON text. */
export type Content = JsonText;

/**
 * JSON as JSON, by its Content-Type or by what it looks like; a form, of either kind, as an object, or as the JSON in its field
 * `payload` or in its only field; any other text as it is, other bytes as `{ base64 }`; nothing as null.
 *
 * Throws PAYLOAD_NOT_JSON for what says that it is JSON and is not, or is nested too deep.
 */
export function readContent(body: Buffer, contentType: string | null): Content {
  if (body.length === 0) return { data: null, json: 'null' };
  const type = contentType ?? '';
  if (FORM.test(type)) return readFields(formFields(body));
  const parts = multipartFields(body, type);
  if (parts !== null) return readFields(parts);
  if (JSON_TYPE.test(type)) return parseJson(decodeText(body));
  const text = textOf(body);
  return text === null ? asJson({ base64: body.toString('base64') }) : (jsonOf(text) ?? asJson(text));
}

const FORM = /^\s*application\/x-www-form-urlencoded\b/i;
const JSON_TYPE = /^\s*(application|text)\/([\w.-]+\+)?json\b/i;

/** The fields of a form; of a repeated one a list. */
export function formFields(body: Uint8Array): Readonly<Record<string, string | readonly string[]>> {
  return collectFields(new URLSearchParams(decodeText(body)));
}

/** Senders that post forms put their JSON into `payload`, or into the only field there is. */
function readFields(fields: FormFields): Content {
  const { payload } = fields;
  if (isLikeJson(payload)) return parseJson(payload);
  const [only, ...others] = Object.values(fields);
  return (others.length === 0 && isLikeJson(only) ? jsonOf(only) : null) ?? asJson(fields);
}

function isLikeJson(value: unknown): value is string {
  return typeof value === 'string' && /^\s*[{[]/.test(value);
}

function asJson(data: unknown): Content {
  return { data, json: JSON.stringify(data) };
}

function jsonOf(json: string): Content | null {
  try {
    return parseJson(json);
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
