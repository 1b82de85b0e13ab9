import { EventEmitter, once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { HttpRequest, HttpResponse } from '@hookline/core/adapter';
import { expect } from 'chai';
import request from 'supertest';
import {
  type AppShape,
  CONTENT_TYPES,
  type ContentType,
  type FrameworkHarness,
  stubMount,
} from './framework-harness.js';

/** What the body of a route's request came to, in hexadecimal. */
const echoBytes = async (incoming: HttpRequest): Promise<HttpResponse> => ({
  status: 200,
  body: { hex: (await incoming.bytes()).toString('hex') },
});

/** What becomes of a body, before and behind body parsers. */
export function bodyContract(harness: FrameworkHarness): void {
  const [place = '', prefix = ''] = Object.entries(harness.places)[0] ?? [];
  const mount = stubMount(
    {
      'POST /bytes': echoBytes,
      'POST /json': async (got) => ({ status: 200, body: { json: await got.json() } }),
      'POST /both': async (got) => {
        const [first, json, second] = [await got.bytes(), await got.json(), await got.bytes()];
        return { status: 200, body: { json, same: first.equals(second), hex: first.toString('hex') } };
      },
    },
    1_000,
  );
  const shape: AppShape = { mount, place };
  const post = (path: string) => request(harness.listener(shape)).post(prefix + path);

  it('gives the exact bytes of text and of what is no text', async () => {
    for (const bytes of [
      Buffer.from('{"é": 1.0, "x":"\\u00e9"}'),
      Buffer.from([0, 0xe9, 0xff, 0x0a, 0x0d]),
    ]) {
      const response = await post('/bytes').type('application/octet-stream').send(bytes);
      expect(response.body).to.deep.equal({ hex: bytes.toString('hex') });
    }
  });

  it('reads bytes and JSON of one request, more than once', async () => {
    const text = '{"price":1.0}';
    const response = await post('/both').type('json').send(text);
    expect(response.body).to.deep.equal({
      json: { price: 1 },
      same: true,
      hex: Buffer.from(text).toString('hex'),
    });
  });

  it('has no JSON in an empty body', async () => {
    await post('/json').expect(200, {});
  });

  it('refuses what is not JSON with PAYLOAD_NOT_JSON', async () => {
    for (const body of ['{', Buffer.from([0x22, 0xe9, 0x22])]) {
      const response = await post('/json').type('application/octet-stream').send(body);
      expect(response.status).to.equal(400);
      expect(response.body.error.code).to.equal('ERR_HOOKLINE_PAYLOAD_NOT_JSON');
    }
  });

  it('refuses a body over the limit with 413, and the sender gets to see it', async () => {
    const big = Buffer.alloc(20_000_000, 'x');
    for (const transfer of [`Content-Length: ${big.length}`, 'Transfer-Encoding: chunked']) {
      const answer = await overServer(harness.listener(shape), (port) =>
        upload(port, `${prefix}/bytes`, big, transfer),
      );
      expect(answer)
        .to.match(/^HTTP\/1.1 413 /)
        .and.contain('ERR_HOOKLINE_BODY_TOO_LARGE');
    }
  });

  it('gives up with BODY_UNREADABLE where the sender breaks off', async () => {
    const outcomes = new EventEmitter();
    const breaking = stubMount({
      'POST /bytes': async (got) => {
        outcomes.emit('one', await got.bytes().catch((error: unknown) => error));
        return { status: 204 };
      },
    });
    await overServer(harness.listener({ mount: breaking, place }), async (port) => {
      const socket = connect(port, '127.0.0.1');
      socket.write(`POST ${prefix}/bytes HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nhalf`);
      setTimeout(() => socket.destroy(), 20);
      const [outcome] = await once(outcomes, 'one');
      expect(outcome).to.have.property('code', 'ERR_HOOKLINE_BODY_UNREADABLE');
    });
  });
}

/** Each cell answers at once: with the exact bytes, or with the error that says what to do. */
export function rawBodyMatrix(harness: FrameworkHarness): void {
  const [place = '', prefix = ''] = Object.entries(harness.places)[0] ?? [];
  const mount = stubMount({ 'POST /bytes': echoBytes });

  for (const [setup, fateOf] of Object.entries(harness.setups)) {
    describe(`with ${setup}`, function () {
      // a machine that is busy with something else may take longer than promised once
      this.retries(2);
      const listener = harness.listener({ mount, place, setup });
      const post = (type: ContentType) => request(listener).post(`${prefix}/bytes`).type(type);

      before(() => post('text/plain').send('warm-up'));

      for (const type of CONTENT_TYPES) {
        const fate = fateOf[type];
        it(`${fate === 'kept' ? 'has the exact bytes of' : 'says that the bytes are gone of'} ${type}`, async () => {
          const startedAt = performance.now();
          const response = await post(type).send(SAMPLES[type]);
          expect(performance.now() - startedAt).to.be.below(200);
          expectFate(response, fate, SAMPLES[type]);
        });
      }

      it('meets the same fate with gzip, and the bytes are inflated', async () => {
        const type = 'application/json';
        const compressed = gzipSync(SAMPLES[type]);
        const call = post(type)
          .set('content-encoding', 'gzip')
          .serialize((body) => body);
        expectFate(await call.send(compressed), fateOf[type], SAMPLES[type]);
      });
    });
  }
}

const SAMPLES: Readonly<Record<ContentType, string>> = {
  'application/json': '{ "price":1.0,"name":"\\u00e9 é" }',
  'application/vnd.x+json': '{ "price":1.0,"name":"\\u00e9 é" }',
  'text/plain': 'plain é text\r\n',
  'application/x-www-form-urlencoded': 'a=1&b=%c3%a9&b=2&&c',
};

function expectFate(response: request.Response, fate: string, sample: string): void {
  if (fate === 'kept') {
    expect(response.body).to.deep.equal({ hex: Buffer.from(sample).toString('hex') });
    return;
  }
  expect(response.status).to.equal(500);
  expect(response.body.error.code).to.equal('ERR_HOOKLINE_BODY_ALREADY_PARSED');
  expect(response.body.error.hint).to.contain('captureRawBody');
}

async function overServer<T>(listener: RequestListener, use: (port: number) => Promise<T>): Promise<T> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/**
 * Sends all before it reads, over a connection that closes after the answer, as some proxies do: there an early
 * answer is the easiest to lose.
 */
async function upload(port: number, path: string, body: Buffer, transfer: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').pause();
  socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${transfer}\r\n\r\n`);
  if (transfer.endsWith('chunked')) socket.write(`${body.length.toString(16)}\r\n`);
  await new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.write(body, (error) => (error ? reject(error) : resolve(null)));
  });
  if (transfer.endsWith('chunked')) socket.write('\r\n0\r\n\r\n');
  return Buffer.concat(await socket.toArray()).toString();
}
