import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { captureRawBody as captureOfAnotherCopy } from '@hookline/core/adapter';
import { expect } from 'chai';
import {
  type BodyReader,
  type BodySource,
  createBodyReader,
} from '../../../packages/core/src/http/body-reader.js';
import { captureRawBody, keepInflatedBody } from '../../../packages/core/src/http/record-body.js';

type Kept = Omit<Partial<BodySource>, 'request'>;
type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<unknown>;

const MAX_BYTES = 1_000;

const readerOf = (request: IncomingMessage, kept: Kept = {}): BodyReader =>
  createBodyReader({ request, maxBytes: MAX_BYTES, ...kept });

/** Serves one handler; what it resolves or rejects with is the answer. */
async function serving<T>(handle: Handle, use: (port: number) => Promise<T>): Promise<T> {
  const server = createServer(async (request, response) => {
    const outcome = await handle(request, response).catch((error: unknown) => error);
    response.end(JSON.stringify(describeOutcome(outcome)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function describeOutcome(outcome: unknown): unknown {
  if (Buffer.isBuffer(outcome)) return { hex: outcome.toString('hex') };
  if (!(outcome instanceof Error)) return { json: outcome };
  return { code: 'code' in outcome ? String(outcome.code).replace('ERR_HOOKLINE_', '') : String(outcome) };
}

/** Posts pieces with a turn of the event loop between them, and answers what the handler came to. */
async function post(
  port: number,
  pieces: readonly (string | Buffer)[],
  headers: Readonly<Record<string, string>> = {},
  agent?: Agent,
): Promise<unknown> {
  const call = send({ port, host: '127.0.0.1', method: 'POST', headers, agent });
  for (const piece of pieces) {
    call.write(piece);
    await turn();
  }
  call.end();
  const [response] = await once(call, 'response');
  return JSON.parse(Buffer.concat(await response.toArray()).toString());
}

const received = (handle: Handle, pieces: readonly (string | Buffer)[], headers = {}): Promise<unknown> =>
  serving(handle, (port) => post(port, pieces, headers));

const hexOf = (...pieces: (string | Buffer)[]): { hex: string } => ({
  hex: Buffer.concat(pieces.map((piece) => Buffer.from(piece as string))).toString('hex'),
});

/** A body parser: takes the bytes and forgets them. */
async function parse(request: IncomingMessage): Promise<Buffer> {
  return Buffer.concat(await request.toArray());
}

describe('The body reader', () => {
  describe('before any parser', () => {
    it('gives the exact bytes, whatever pieces they came in', async () => {
      const pieces = [Buffer.from([0x7b, 0xc3]), Buffer.from([0xa9, 0xff, 0x00])];
      expect(await received((request) => readerOf(request).bytes(), pieces)).to.deep.equal(hexOf(...pieces));
    });

    it('gives bytes that came in while nobody read', async () => {
      const handle: Handle = async (request) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return readerOf(request).bytes();
      };
      expect(await received(handle, ['early ', 'bytes'])).to.deep.equal(hexOf('early bytes'));
    });

    it('gives them again, also to a second reader', async () => {
      const handle: Handle = async (request) => {
        const reader = readerOf(request);
        const all = [await reader.bytes(), await reader.bytes(), await readerOf(request).bytes()];
        return Buffer.concat(all);
      };
      expect(await received(handle, ['ab'])).to.deep.equal(hexOf('ababab'));
    });

    it('gives them to a second reader while the first still reads, each with its own limit', async () => {
      const handle: Handle = async (request) => {
        const readers = [readerOf(request), readerOf(request), readerOf(request, { maxBytes: 3 })];
        const outcomes = await Promise.allSettled(readers.map((reader) => reader.bytes()));
        return outcomes.map((outcome) =>
          outcome.status === 'fulfilled' ? String(outcome.value) : describeOutcome(outcome.reason),
        );
      };
      const tooLarge = { code: 'BODY_TOO_LARGE' };
      expect(await received(handle, ['ab', 'cd'])).to.deep.equal({ json: ['abcd', 'abcd', tooLarge] });
    });

    it('takes nothing from somebody who listens for them already', async () => {
      const handle: Handle = async (request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        const bytes = await readerOf(request, { response }).bytes();
        if (!request.readableEnded) await once(request, 'end');
        return Buffer.concat([...chunks, bytes]);
      };
      expect(await received(handle, ['x', 'y'])).to.deep.equal(hexOf('xyxy'));
    });

    it('leaves a parser the body where it is given the response', async () => {
      const readings: Record<string, (request: IncomingMessage) => Promise<Buffer>> = {
        iterating: parse,
        listening: (request) =>
          new Promise((resolve) => {
            const chunks: Buffer[] = [];
            request.on('data', (chunk: Buffer) => chunks.push(chunk));
            request.on('end', () => resolve(Buffer.concat(chunks)));
          }),
      };
      const bodies = [['{"a":', '1}'], [], [Buffer.alloc(300_000, 'abc')]];
      const turns = [async () => {}, () => new Promise<void>((resolve) => setTimeout(resolve, 10))];
      for (const read of Object.values(readings))
        for (const wait of turns)
          for (const pieces of bodies) {
            const handle: Handle = async (request, response) => {
              await wait();
              const first = await readerOf(request, { response, maxBytes: 1_000_000 }).bytes();
              const parsed = await read(request);
              const again = await readerOf(request, { parsed: {}, maxBytes: 1_000_000 }).bytes();
              return [first.equals(parsed), again.equals(parsed), parsed.length];
            };
            const { length } = Buffer.concat(pieces.map((piece) => Buffer.from(piece as string)));
            expect(await received(handle, pieces)).to.deep.equal({ json: [true, true, length] });
          }
    });

    it('throws away what nobody read, so that the request comes to its end', async () => {
      const closed: Promise<unknown>[] = [];
      const handle: Handle = async (request, response) => {
        closed.push(once(request, 'close'));
        return readerOf(request, { response }).bytes();
      };
      expect(await received(handle, ['ab'])).to.deep.equal(hexOf('ab'));
      await Promise.all(closed);
    });

    it('takes a body of exactly the limit', async () => {
      const body = 'x'.repeat(MAX_BYTES);
      expect(await received((request) => readerOf(request).bytes(), [body])).to.deep.equal(hexOf(body));
    });

    it('finds a request without a body empty', async () => {
      const handle: Handle = async (request) => {
        const reader = readerOf(request);
        return [(await reader.bytes()).length, (await reader.json()) === undefined];
      };
      expect(await received(handle, [])).to.deep.equal({ json: [0, true] });
    });
  });

  describe('with captureRawBody in front of a parser', () => {
    it('has the bytes whichever way the parser reads', async () => {
      const readings: Record<string, (request: IncomingMessage) => Promise<unknown>> = {
        iterating: parse,
        decoding: async (request) => {
          request.setEncoding('latin1').on('data', () => undefined);
          await once(request, 'end');
        },
        discarding: async (request) => {
          await once(request.resume(), 'end');
        },
      };
      for (const read of Object.values(readings)) {
        const handle: Handle = async (request, response) => {
          captureRawBody(request, response);
          await read(request);
          return readerOf(request).bytes();
        };
        const pieces = ['a', Buffer.from([0xe9, 0xff]), 'b'];
        expect(await received(handle, pieces)).to.deep.equal(hexOf(...pieces));
      }
    });

    it('keeps what was buffered already, and the parser gets all of it once', async () => {
      const body = Buffer.alloc(300_000, 'abc');
      const handle: Handle = async (request, response) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        captureRawBody(request, response);
        const parsed = await parse(request);
        const kept = await readerOf(request, { maxBytes: body.length }).bytes();
        return [parsed.equals(body), kept.equals(body)];
      };
      expect(await received(handle, [body])).to.deep.equal({ json: [true, true] });
    });

    it('leaves the connection usable where nobody reads the body in the end', async () => {
      const handle: Handle = async (request, response) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        captureRawBody(request, response);
      };
      await serving(handle, async (port) => {
        const agent = new Agent({ keepAlive: true, maxSockets: 1 });
        for (const body of [Buffer.alloc(3_000_000), 'x'])
          expect(await post(port, [body], {}, agent)).to.deep.equal({});
        agent.destroy();
      });
    });

    it('does not take bytes away from a parser that listens already', async () => {
      const handle: Handle = async (request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        captureRawBody(request, response);
        await once(request, 'end');
        return Buffer.concat([...chunks, await readerOf(request).bytes()]);
      };
      expect(await received(handle, ['x', 'y'])).to.deep.equal(hexOf('xyxy'));
    });

    it('reads on where the parser stopped half-way', async () => {
      const handle: Handle = async (request, response) => {
        captureRawBody(request, response);
        await once(request, 'data');
        request.pause();
        return readerOf(request).bytes();
      };
      expect(await received(handle, ['first ', 'second'])).to.deep.equal(hexOf('first second'));
    });

    it('agrees with another copy of the package', async () => {
      const handle: Handle = async (request, response) => {
        captureOfAnotherCopy(request, response);
        await parse(request);
        return readerOf(request).bytes();
      };
      expect(await received(handle, ['shared'])).to.deep.equal(hexOf('shared'));
    });

    it('refuses, and does not keep, a body that no limit would allow', async () => {
      const handle: Handle = async (request, response) => {
        captureRawBody(request, response);
        await parse(request);
        return readerOf(request, { maxBytes: 20_000_000 }).bytes();
      };
      const body = Buffer.alloc(10_000_001);
      expect(await received(handle, [body])).to.deep.equal({ code: 'BODY_TOO_LARGE' });
    });

    it('claims nothing where it came too late', async () => {
      const handle: Handle = async (request, response) => {
        await parse(request);
        captureRawBody(request, response);
        return readerOf(request).bytes();
      };
      expect(await received(handle, ['gone'])).to.deep.equal({ code: 'BODY_ALREADY_PARSED' });
    });
  });

  describe('behind a parser', () => {
    const behind = (kept: Kept, headers = {}, body: string | Buffer = '{"a":1.0}') =>
      received(
        async (request) => {
          await parse(request);
          return readerOf(request, kept).bytes();
        },
        [body],
        { 'content-length': String(Buffer.byteLength(body)), ...headers },
      );

    it('says at once that the bytes are gone', async () => {
      expect(await behind({ parsed: { a: 1 } })).to.deep.equal({ code: 'BODY_ALREADY_PARSED' });
    });

    it('takes the bytes that a verify hook was given', async () => {
      const handle: Handle = async (request) => {
        keepInflatedBody(request, await parse(request));
        return readerOf(request, { parsed: { a: 1 } }).bytes();
      };
      expect(await received(handle, ['{"a":1.0}'])).to.deep.equal(hexOf('{"a":1.0}'));
    });

    it('takes a Buffer for the body, or for the raw body', async () => {
      const bytes = Buffer.from([0xe9, 0xff]);
      expect(await behind({ parsed: bytes })).to.deep.equal(hexOf(bytes));
      expect(await behind({ parsed: { a: 1 }, rawBody: bytes })).to.deep.equal(hexOf(bytes));
    });

    it('takes the text that a Koa parser kept', async () => {
      const text = '{"é": 1.0}';
      expect(await behind({ parsed: {}, rawBody: text }, {}, text)).to.deep.equal(hexOf(text));
      const parsed = { [Symbol.for('unparsedBody')]: text };
      expect(await behind({ parsed }, {}, text)).to.deep.equal(hexOf(text));
    });

    it('does not take a text that decoding changed', async () => {
      const invalid = Buffer.from([0x22, 0xe9, 0x22]);
      const withMark = Buffer.from('\uFEFF{}');
      const gone = { code: 'BODY_ALREADY_PARSED' };
      expect(await behind({ rawBody: invalid.toString() }, {}, invalid)).to.deep.equal(gone);
      expect(await behind({ rawBody: '{}' }, {}, withMark)).to.deep.equal(gone);
    });

    it('does not take a parsed string for the text that it came from', async () => {
      expect(await behind({ parsed: 'a' }, {}, '"a"')).to.deep.equal({ code: 'BODY_ALREADY_PARSED' });
    });

    it('inflates nothing that a parser inflated', async () => {
      const compressed = gzipSync('text');
      expect(await behind({ rawBody: 'text' }, { 'content-encoding': 'gzip' }, compressed)).to.deep.equal(
        hexOf('text'),
      );
    });

    it('holds the limit against what a parser let through', async () => {
      const parsed = Buffer.alloc(MAX_BYTES + 1);
      expect(await behind({ parsed })).to.deep.equal({ code: 'BODY_TOO_LARGE' });
    });
  });

  describe('with a Content-Encoding', () => {
    const decoded = (encoding: string, body: Buffer) =>
      received((request) => readerOf(request).bytes(), [body], { 'content-encoding': encoding });

    it('inflates gzip, deflate and br', async () => {
      const text = 'é'.repeat(20);
      const encodings = { gzip: gzipSync, 'X-Gzip': gzipSync, deflate: deflateSync, br: brotliCompressSync };
      for (const [encoding, compress] of Object.entries(encodings)) {
        expect(await decoded(encoding, compress(text)), encoding).to.deep.equal(hexOf(text));
      }
      expect(await decoded('identity', Buffer.from(text))).to.deep.equal(hexOf(text));
    });

    it('inflates what captureRawBody kept in front of a parser', async () => {
      const handle: Handle = async (request, response) => {
        captureRawBody(request, response);
        await parse(request);
        return readerOf(request).bytes();
      };
      const outcome = await received(handle, [gzipSync('text')], { 'content-encoding': 'gzip' });
      expect(outcome).to.deep.equal(hexOf('text'));
    });

    it('stops at the limit of the inflated bytes', async () => {
      const bomb = gzipSync(Buffer.alloc(500_000));
      expect(bomb.length).to.be.below(MAX_BYTES);
      expect(await decoded('gzip', bomb)).to.deep.equal({ code: 'BODY_TOO_LARGE' });
    });

    it('refuses a broken, a cut and an unknown encoding', async () => {
      const unreadable = { code: 'BODY_UNREADABLE' };
      expect(await decoded('gzip', Buffer.from('not gzip'))).to.deep.equal(unreadable);
      expect(await decoded('gzip', gzipSync('text').subarray(0, 15))).to.deep.equal(unreadable);
      expect(await decoded('zstd', Buffer.from('anything'))).to.deep.equal(unreadable);
    });
  });

  describe('as JSON', () => {
    it('takes what a parser made of a body that it read', async () => {
      const handle: Handle = async (request) => {
        await parse(request);
        return readerOf(request, { parsed: { from: 'parser' } }).json();
      };
      expect(await received(handle, ['{"from":"wire"}'])).to.deep.equal({ json: { from: 'parser' } });
    });

    it('does not take the empty object that a parser leaves for a body that it did not read', async () => {
      const handle: Handle = (request) => readerOf(request, { parsed: {} }).json();
      expect(await received(handle, ['{"from":"wire"}'])).to.deep.equal({ json: { from: 'wire' } });
    });

    it('reads UTF-8, without a byte order mark (RFC 8259, section 8.1), and nothing else', async () => {
      const handle: Handle = (request) => readerOf(request).json();
      expect(await received(handle, ['{"é":1}'])).to.deep.equal({ json: { é: 1 } });
      expect(await received(handle, ['\uFEFF{"é":1}'])).to.deep.equal({ code: 'PAYLOAD_NOT_JSON' });
      const latin1 = Buffer.from('"é"', 'latin1');
      expect(await received(handle, [latin1])).to.deep.equal({ code: 'PAYLOAD_NOT_JSON' });
      expect(await received(handle, ['{'])).to.deep.equal({ code: 'PAYLOAD_NOT_JSON' });
    });
  });

  describe('with a body over the limit', () => {
    const tooLarge = { code: 'BODY_TOO_LARGE' };
    const read: Handle = (request) => readerOf(request).bytes();
    const readCaptured: Handle = async (request, response) => {
      captureRawBody(request, response);
      return readerOf(request).bytes();
    };

    it('refuses it by its Content-Length or by its count, and the connection serves the next request', async () => {
      const big = 'x'.repeat(200_000);
      for (const handle of [read, readCaptured]) {
        await serving(handle, async (port) => {
          const agent = new Agent({ keepAlive: true, maxSockets: 1 });
          expect(await post(port, [big], { 'content-length': '200000' }, agent)).to.deep.equal(tooLarge);
          expect(await post(port, [big, big], {}, agent)).to.deep.equal(tooLarge);
          expect(await post(port, ['small'], {}, agent)).to.deep.equal(hexOf('small'));
          agent.destroy();
        });
      }
    });

    it('does not wait for ever for a sender that announces much and sends little', async () => {
      await serving(read, async (port) => {
        const socket = connect(port, '127.0.0.1');
        socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\nlittle');
        const [answer] = await once(socket, 'data');
        expect(String(answer)).to.contain('BODY_TOO_LARGE');
        socket.destroy();
      });
    });
  });

  describe('with a sender that breaks off', () => {
    const brokenOff = async (handle: Handle): Promise<unknown> => {
      const outcome = new Promise((resolve) => {
        const server = createServer((request, response) => {
          resolve(handle(request, response).catch((error: unknown) => error));
          server.close();
        });
        server.listen(0, '127.0.0.1', () => {
          const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
          socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nhalf');
          setTimeout(() => socket.destroy(), 20);
        });
      });
      return describeOutcome(await outcome);
    };
    const unreadable = { code: 'BODY_UNREADABLE' };

    it('gives up while it reads', async () => {
      expect(await brokenOff((request) => readerOf(request).bytes())).to.deep.equal(unreadable);
    });

    it('gives up where it was gone before', async () => {
      const handle: Handle = async (request) => {
        await new Promise((resolve) => request.once('close', resolve));
        return readerOf(request).bytes();
      };
      expect(await brokenOff(handle)).to.deep.equal(unreadable);
    });

    it('gives up where captureRawBody kept half of it', async () => {
      const handle: Handle = async (request, response) => {
        captureRawBody(request, response);
        await parse(request).catch(() => undefined);
        return readerOf(request).bytes();
      };
      expect(await brokenOff(handle)).to.deep.equal(unreadable);
    });
  });
});
