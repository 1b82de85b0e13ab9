import { EventEmitter, once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type AnyHub, createHub, hmac } from '@hookline/core';
import { type HttpRequest, type HttpResponse, mountInbound } from '@hookline/core/adapter';
import { expect } from 'chai';
import request from 'supertest';
import { RecordingLogger } from '../support/recording-logger.js';
import { type AppShape, type FrameworkHarness, stubMount } from './framework-harness.js';
import { BODY_KINDS, type BodyKind } from './raw-body-table.js';

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

/** Each cell answers at once: what is in the table. */
export function rawBodyMatrix(harness: FrameworkHarness): void {
  const [place = '', prefix = ''] = Object.entries(harness.places)[0] ?? [];
  const source = hmac({ secret: 'of the matrix', header: 'x-signature' });

  for (const [setup, fates] of Object.entries(harness.setups)) {
    describe(`with ${setup}`, function () {
      // a machine that is busy with something else may take longer than promised once
      this.retries(2);
      let hub: AnyHub;
      let listeners: Readonly<Record<string, RequestListener>>;

      before(async () => {
        hub = createHub({ logger: new RecordingLogger() });
        const inbound = mountInbound(hub, {
          sources: { acme: source },
          path: '',
          maxBodyBytes: MATRIX_BYTES,
        });
        const verifying = { source, maxBodyBytes: MATRIX_BYTES };
        listeners = {
          inbound: harness.listener({ mount: { ...inbound, rootPath: '/webhooks' }, place, setup }),
          verify: harness.listener({ mount: verifying, place, setup }),
        };
        for (const listener of Object.values(listeners)) await request(listener).post(`${prefix}/acme`);
      });
      after(() => hub.close());

      for (const kind of BODY_KINDS) {
        const fate = fates[kind];
        it(`answers ${fate} to ${kind}`, async () => {
          const { type, encoding, signed, sent } = SAMPLES[kind];
          const { headers } = source.sign({ body: signed });
          for (const [name, listener] of Object.entries(listeners)) {
            const startedAt = performance.now();
            const call = request(listener)
              .post(`${prefix}/acme`)
              .set({ ...headers, 'content-type': type, ...(encoding && { 'content-encoding': encoding }) })
              .serialize((body) => body);
            const { status, body } = await call.send(sent);
            expect(performance.now() - startedAt, name).to.be.below(200);
            const code = `ERR_HOOKLINE_${fate}`;
            if (fate === '202') expect(status, name).to.equal(202);
            else expect(body.error.code, name).to.equal(code);
          }
        });
      }
    });
  }
}

const MATRIX_BYTES = 1_000;
const JSON_TEXT = '{ "price":1.0,"name":"\\u00e9 é" }';
const jsonOf = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`;
const MULTIPART = ['--edge', 'Content-Disposition: form-data; name="a"', '', 'é', '--edge--', ''].join(
  '\r\n',
);

interface Sample {
  readonly type: string;
  readonly encoding?: string;
  /** What the sender signed. */
  readonly signed: string;
  readonly sent: string | Buffer;
}

const plain = (type: string, text: string): Sample => ({ type, signed: text, sent: text });

const SAMPLES: Readonly<Record<BodyKind, Sample>> = {
  json: plain('application/json', JSON_TEXT),
  '+json': plain('application/vnd.x+json', JSON_TEXT),
  text: plain('text/plain', 'plain é text\r\n'),
  form: plain('application/x-www-form-urlencoded', 'a=1&b=%c3%a9&b=2&&c'),
  multipart: plain('multipart/form-data; boundary=edge', MULTIPART),
  'json, at the limit': plain('application/json', jsonOf(MATRIX_BYTES)),
  'json, over the limit': plain('application/json', jsonOf(MATRIX_BYTES + 1)),
  'json, gzip': {
    type: 'application/json',
    encoding: 'gzip',
    signed: JSON_TEXT,
    sent: gzipSync(JSON_TEXT),
  },
};

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
