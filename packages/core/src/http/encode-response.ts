import { lowerCaseHeaders } from './headers.js';
import type { HttpResponse } from './types.js';

/** A response as a framework writes it: header names in lower case, the body as text. */
export interface EncodedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Null where no body is sent. */
  readonly text: string | null;
}

/** Gives a response the text of its body, its Content-Type unless it has one, and its Content-Length in bytes. */
export function encodeResponse({ status, headers = {}, body }: HttpResponse): EncodedResponse {
  const given = lowerCaseHeaders(headers);
  if (body === undefined) return { status, headers: given, text: null };
  const isText = typeof body === 'string';
  const text = isText ? body : JSON.stringify(body);
  const type = isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
  const length = String(Buffer.byteLength(text));
  return { status, headers: { 'content-type': type, ...given, 'content-length': length }, text };
}
