import { kindOf } from './call-app.js';

/** A body that is no JSON. Made by `rawBody`. */
export class RawBody {
  readonly body: string | Uint8Array;
  readonly contentType: string;

  constructor(body: string | Uint8Array, contentType: string) {
    this.body = body;
    this.contentType = contentType;
  }
}

/**
 * A body of a transform that is sent as it is, such as a form or XML.
 *
 * @param contentType the `content-type` it goes out with: a media type, with its parameters if it has some
 */
export function rawBody(body: string | Uint8Array, contentType: string): RawBody {
  return new RawBody(body, contentType);
}

/** RFC 9110, section 8.3.1; parameters may be anything that a header can carry. */
const MEDIA_TYPE = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+\/[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:[ \t]*;[\x20-\x7e\t]*)?$/;
const MAX_TYPE_LENGTH = 1_000;

/** Says why it cannot be sent, or null. */
export function rawBodyProblem({ body, contentType }: RawBody): string | null {
  if (typeof body !== 'string' && !(body instanceof Uint8Array))
    return `expected text or bytes as the body of rawBody, got ${kindOf(body)}`;
  if (typeof contentType !== 'string')
    return `expected a content type, as in rawBody(xml, "application/xml"), got ${kindOf(contentType)}`;
  if (contentType.length <= MAX_TYPE_LENGTH && MEDIA_TYPE.test(contentType)) return null;
  return `expected a content type such as "application/xml", got ${JSON.stringify(contentType.slice(0, 100))}`;
}
