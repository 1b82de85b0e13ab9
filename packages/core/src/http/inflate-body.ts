import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { HooklineError } from '../errors.js';

const inflaters = new Map([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
]);

/** Undoes a Content-Encoding. Throws BODY_TOO_LARGE, and BODY_UNREADABLE where it is broken or unknown. */
export async function inflateBody(
  bytes: Buffer,
  contentEncoding: string | undefined,
  maxBytes: number,
): Promise<Buffer> {
  const encoding = contentEncoding?.trim().toLowerCase() || 'identity';
  if (encoding === 'identity' || bytes.length === 0) return bytes;
  const inflater = inflaters.get(encoding);
  if (inflater === undefined) {
    throw new HooklineError('BODY_UNREADABLE', {
      problem: `content-encoding "${encoding}" is not supported`,
    });
  }
  try {
    return await inflater(bytes, { maxOutputLength: maxBytes });
  } catch (cause) {
    if (isTooLarge(cause)) throw new HooklineError('BODY_TOO_LARGE', { maxBytes }, cause);
    throw new HooklineError('BODY_UNREADABLE', { problem: `its ${encoding} encoding is broken` }, cause);
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}
