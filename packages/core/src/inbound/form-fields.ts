import { decodeText } from './request-json.js';

/** A file in a form, its bytes in base64. */
export interface FormFile {
  readonly filename: string;
  readonly contentType: string | null;
  readonly base64: string;
}

export type FieldValue = string | FormFile;

/** The fields of a form; of a repeated one a list. */
export type FormFields<Value = FieldValue> = Readonly<Record<string, Value | readonly Value[]>>;

export function collectFields<Value>(pairs: Iterable<readonly [string, Value]>): FormFields<Value> {
  const fields = new Map<string, Value | readonly Value[]>();
  for (const [name, value] of pairs) {
    const earlier = fields.get(name);
    fields.set(name, earlier === undefined ? value : ([earlier, value].flat() as readonly Value[]));
  }
  return Object.fromEntries(fields);
}

const BOUNDARY = /^\s*multipart\/form-data\s*;.*?\bboundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i;

/** Of a form as `multipart/form-data` (RFC 7578); null for what is none, or not written as one. */
export function multipartFields(body: Buffer, contentType: string): FormFields | null {
  const [, quoted, plain] = BOUNDARY.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  const parts = boundary === undefined ? null : splitParts(body, `--${boundary}`);
  if (parts === null) return null;
  const pairs = parts.map(readPart).filter((pair) => pair !== null);
  return pairs.length === parts.length ? collectFields(pairs) : null;
}

/** More than any sender's form has: a body of nothing but boundaries must not buy computing time. */
const MAX_PARTS = 1_000;

function splitParts(body: Buffer, delimiter: string): readonly Buffer[] | null {
  const parts: Buffer[] = [];
  let at = body.indexOf(delimiter);
  while (at >= 0 && parts.length <= MAX_PARTS) {
    const from = at + delimiter.length;
    const end = body.toString('latin1', from, from + 2);
    if (end === '--') return parts;
    at = end === '\r\n' ? body.indexOf(`\r\n${delimiter}`, from) : -1;
    // the line break in front of a boundary belongs to it
    if (at >= 0) parts.push(body.subarray(from + 2, at));
    if (at >= 0) at += 2;
  }
  return null;
}

const DISPOSITION = /^content-disposition:\s*form-data\s*;(.*)$/im;
const CONTENT_TYPE = /^content-type:\s*(\S.*?)\s*$/im;

function readPart(part: Buffer): readonly [string, FieldValue] | null {
  const headEnd = part.indexOf('\r\n\r\n');
  const head = headEnd < 0 ? '' : part.toString('utf8', 0, headEnd);
  const parameters = DISPOSITION.exec(head)?.[1] ?? '';
  const name = parameterOf(parameters, 'name');
  if (name === null) return null;
  const value = part.subarray(headEnd + 4);
  const filename = parameterOf(parameters, 'filename');
  const text = filename === null ? textOf(value) : null;
  if (text !== null) return [name, text];
  const contentType = CONTENT_TYPE.exec(head)?.[1] ?? null;
  return [name, { filename: filename ?? '', contentType, base64: value.toString('base64') }];
}

function parameterOf(parameters: string, name: string): string | null {
  return new RegExp(`(?:^|;)\\s*${name}="([^"]*)"`, 'i').exec(parameters)?.[1] ?? null;
}

function textOf(bytes: Buffer): string | null {
  try {
    return decodeText(bytes);
  } catch {
    return null;
  }
}
