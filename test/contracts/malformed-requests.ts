import { gzipSync } from 'node:zlib';
import type { Random } from '../support/random.js';

/** A request as the bytes that go over the wire. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  /** Names and values as they are written, repeated ones too. Content-Length is added where none is given. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

type Damage = (request: RawRequest, random: Random) => RawRequest;

const LONG = 'x'.repeat(30_000);
const ODD_VALUES = [
  ['', ' ', ',', ',,,,', '=', '==', 't=,v1=', 't=1,t=2,v1=00', 'v1,', '.', '..', '{}', '[]', '""'],
  ['null', 'undefined', '[object Object]', 'NaN', '-1', '0', '1e999', '9'.repeat(400), '\t', '\\u0000'],
  ['é', '\u00ff\u00fe', '\u0001', '\u0000', '\u007f', 'a\u0008b', LONG, ','.repeat(5_000)],
  ['eyJhbGciOiJub25lIn0.e30.', 'Bearer', 'Basic', 'Basic Og==', 'Basic \u00ff', 'sha256=', 'sha1='],
  ['keyId="x",signature=""', 'sha256=:AA==:', '%', '%00', '%zz', '__proto__', 'constructor', 'toString'],
].flat() as [string, ...string[]];
const ODD_NAMES: [string, ...string[]] = [
  '__proto__',
  'constructor',
  'hasOwnProperty',
  `x-${LONG}`,
  'x\u00e9',
];
const ODD_QUERIES: [string, ...string[]] = [
  '?',
  '?%',
  '?%00=%00',
  '?__proto__=1&constructor=2',
  '?crc_token=&hub.challenge=&hub.mode=subscribe&challenge=%ff',
  `?a=${'x'.repeat(8_000)}`,
  '?a[b][c]=1&a=2',
  '#fragment',
  '/../../etc',
  '?\u00e9',
];
const ODD_BODIES: [Buffer, ...Buffer[]] = [
  ...['', ' ', '{', '}', '[', '"', 'nul', 'null', '1', '1e999', '""', '[]', '{}', '{"a":', '{"a":1}}'],
  ...['{"__proto__":{"a":1}}', '[[[[', '['.repeat(60_000), `${'['.repeat(2_000)}${']'.repeat(2_000)}`],
  ...['{"id":{},"type":[],"event":null,"data":1}', '{"id":1e400,"type":""}', '{"events":[null]}'],
  ...['{"type":"url_verification"}', '{"type":"url_verification","challenge":{}}', '{"challenge":null}'],
  ...['a=1&&=&%=%zz&payload={', 'payload=%7B%22a%22', 'payload=[', '--edge\r\n', '--edge--', '\u0000'],
]
  .map((text) => Buffer.from(text))
  .concat(Buffer.from([0xff, 0xfe, 0xc3]), Buffer.from('\ufeff{}'), Buffer.from('"é"', 'latin1')) as [
  Buffer,
  ...Buffer[],
];
const TYPES: [string, ...string[]] = [
  'application/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=edge',
  'multipart/form-data',
  'text/plain; charset=\u00ff',
  'application/json; charset=utf-7',
  'application/cloudevents+json',
  '/',
  ';;;',
];

/** What may be wrong with a request, by names. */
export const DAMAGES = {
  'a header has another value': (request, random) => {
    const at = random.below(request.headers.length);
    return changed(request, at, random.pick(ODD_VALUES));
  },
  'a header is cut': (request, random) => {
    const at = random.below(request.headers.length);
    const value = request.headers[at]?.[1] ?? '';
    return changed(request, at, value.slice(0, random.below(value.length + 1)));
  },
  'a header comes twice': (request, random) => {
    const [name, value] = random.pick(request.headers as never) as readonly [string, string];
    const second = random.below(2) === 0 ? value : random.pick(ODD_VALUES);
    return { ...request, headers: [...request.headers, [name.toUpperCase(), second]] };
  },
  'headers are missing': (request, random) => ({
    ...request,
    headers: request.headers.filter(() => random.below(3) > 0),
  }),
  'a header has an odd name': (request, random) => ({
    ...request,
    headers: [...request.headers, [random.pick(ODD_NAMES), random.pick(ODD_VALUES)]],
  }),
  'the body is another one': (request, random) => ({ ...request, body: random.pick(ODD_BODIES) }),
  'the body is noise': (request, random) => ({ ...request, body: random.bytes(random.below(2_000)) }),
  'the body is cut': ({ body, ...request }, random) => ({
    ...request,
    body: body.subarray(0, random.below(body.length + 1)),
  }),
  'the body has another type': (request, random) =>
    withHeader({ ...request, body: random.pick(ODD_BODIES) }, 'content-type', random.pick(TYPES)),
  'less comes than was told': (request, random) =>
    withHeader(request, 'content-length', String(request.body.length + 1 + random.below(50))),
  'more comes than was told': (request, random) =>
    withHeader(request, 'content-length', String(random.below(request.body.length + 1))),
  'the length is no length': (request, random) =>
    withHeader(request, 'content-length', random.pick(ODD_VALUES)),
  'the compression is broken': (request, random) => {
    const whole = gzipSync(request.body);
    const encoding = random.pick(['gzip', 'deflate', 'br', 'zstd', 'gzip, gzip', 'x-gzip', 'é', LONG]);
    const bodies: [Buffer, ...Buffer[]] = [request.body, whole.subarray(0, -3), whole, random.bytes(50)];
    return withHeader({ ...request, body: random.pick(bodies) }, 'content-encoding', encoding);
  },
  'it is too large': (request) => ({ ...request, body: Buffer.alloc(60_000, '{"a":"é",') }),
  'it is chunked, and the chunks are broken': (request, random) => {
    const chunks = ['zz\r\n', '5\r\nab', '-1\r\n', `${'f'.repeat(20)}\r\n`, '2\r\nab\r\n0\r\n\r\n', '0\r\n'];
    const body = Buffer.from(random.pick(chunks as [string, ...string[]]));
    return { ...withHeader(request, 'transfer-encoding', 'chunked'), body };
  },
  'the method is another one': (request, random) => ({
    ...request,
    method: random.pick(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'post', 'TRACE', 'X']),
  }),
  'the URL is odd': ({ path, ...request }, random) => ({
    ...request,
    path: path + random.pick(ODD_QUERIES),
    method: random.pick(['GET', 'POST', 'HEAD']),
  }),
} satisfies Readonly<Record<string, Damage>>;

/** The bytes of a request, with the framing that it asks for. */
export function wireBytes({ method, path, headers, body }: RawRequest): Buffer {
  const isFramed = headers.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name));
  const framing = isFramed ? [] : [`Content-Length: ${body.length}`];
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  const head = [`${method} ${path} HTTP/1.1`, ...lines, ...framing, 'Connection: close', '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}

function changed(request: RawRequest, at: number, value: string): RawRequest {
  const headers = request.headers.map((header, index): readonly [string, string] =>
    index === at ? [header[0], value] : header,
  );
  return { ...request, headers };
}

function withHeader(request: RawRequest, name: string, value: string): RawRequest {
  const others = request.headers.filter(([each]) => each.toLowerCase() !== name);
  return { ...request, headers: [...others, [name, value]] };
}
