import { EventEmitter, once } from 'node:events';
import { createServer, type RequestListener, request as send } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { HttpRequest, HttpResponse } from '@hookline/core/adapter';
import { expect } from 'chai';
import request from 'supertest';
import {
  type AppShape,
  CONTENT_TYPES,
  type ContentType,
  FOREIGN,
  type FrameworkHarness,
  stubMount,
} from './framework-harness.js';

/** What the body of a route's request came to, in hexadecimal. */
const echoBytes = async (incoming: HttpRequest): Promise<HttpResponse> => ({
  status: 200,
  body: { hex: (await incoming.bytes()).toString('hex') },
});

/** The promises of `Mount` and `HttpRequest` that every framework package keeps. */
export function frameworkContract(name: string, harness: FrameworkHarness): void {
  describe(`${name}: the adapter contract`, () => {
    requestContract(harness);
    responseContract(harness);
    mountContract(harness);
    bodyContract(harness);
    rawBodyMatrix(harness);
  });
}

function requestContract(harness: FrameworkHarness): void {
  const [place = '', prefix = ''] = Object.entries(harness.places)[0] ?? [];
  const seen = async (path: string, incoming: string, headers: Record<string, string | string[]> = {}) => {
    let found: HttpRequest | undefined;
    const mount = stubMount({
      [`GET ${path}`]: (got) => {
        found = got;
        return { status: 204 };
      },
    });
    let call = request(harness.listener({ mount, place })).get(prefix + incoming);
    for (const [header, value] of Object.entries(headers)) call = call.set(header, value as string);
    await call.expect(204);
    if (found === undefined) throw new Error('the route was not called');
    return found;
  };

  it('fills params from the path, decoded, and from nothing else', async () => {
    const got = await seen('/items/:id/parts/:partId', '/items/a%20b/parts/%C3%A9');
    expect(got.params).to.deep.equal({ id: 'a b', partId: 'é' });
  });

  it('gives one text per query name, the first, and knows no nesting', async () => {
    const got = await seen('/items', '/items?type=a&type=b&filter[x]=1&empty=&text=%C3%A9+%2B');
    expect(got.query).to.deep.equal({ type: 'a', 'filter[x]': '1', empty: '', text: 'é +' });
  });

  it('gives headers in lower case, repeated ones joined', async () => {
    const got = await seen('/items', '/items', { 'X-Signature': ['one', 'two'], 'X-Other': 'Three' });
    expect(got.headers).to.include({ 'x-signature': 'one, two', 'x-other': 'Three' });
  });

  it('gives method, the URL with mount path and query, and the address of the peer', async () => {
    const got = await seen('/items', '/items?a=1', { 'X-Forwarded-For': '203.0.113.7' });
    expect(got).to.include({ method: 'GET', url: `${prefix}/items?a=1` });
    expect(got.remoteAddress).to.match(/127\.0\.0\.1$|^::1$/);
  });

  it("hands on the framework's own request", async () => {
    const got = await seen('/items', '/items');
    expect(got.raw).to.have.property('hub');
  });
}

function responseContract(harness: FrameworkHarness): void {
  const [place = '', prefix = ''] = Object.entries(harness.places)[0] ?? [];
  const answer = (response: HttpResponse) => {
    const mount = stubMount({ 'GET /it': () => response });
    return request(harness.listener({ mount, place })).get(`${prefix}/it`);
  };

  it('sends an object as JSON, with its length in bytes', async () => {
    const response = await answer({ status: 201, headers: { 'X-Mine': 'yes' }, body: { name: 'é' } });
    expect(response.status).to.equal(201);
    expect(response.text).to.equal('{"name":"é"}');
    expect(response.headers).to.include({
      'content-type': 'application/json; charset=utf-8',
      'content-length': '13',
      'x-mine': 'yes',
    });
  });

  it('sends null as JSON, which is not the same as nothing', async () => {
    const response = await answer({ status: 200, body: null });
    expect(response.status).to.equal(200);
    expect(response.text).to.equal('null');
  });

  it('sends a string as it is, under the content type given', async () => {
    const response = await answer({
      status: 200,
      headers: { 'Content-Type': 'text/html; charset=utf-8' },
      body: '<p>é</p>',
    });
    expect(response.text).to.equal('<p>é</p>');
    expect(response.headers).to.include({
      'content-type': 'text/html; charset=utf-8',
      'content-length': '9',
    });
  });

  it('calls a string without a content type plain text, so that no browser runs it', async () => {
    const response = await answer({ status: 200, body: '<script></script>' });
    expect(response.headers['content-type']).to.equal('text/plain; charset=utf-8');
  });

  it('sends nothing where there is no body, whatever the status', async () => {
    for (const status of [202, 204]) {
      const response = await answer({ status });
      expect(response.status).to.equal(status);
      expect(response.text).to.equal('');
    }
  });

  it('answers HEAD like GET, without the body', async () => {
    const mount = stubMount({ 'GET /it': () => ({ status: 200, body: { name: 'é' } }) });
    const response = await request(harness.listener({ mount, place })).head(`${prefix}/it`);
    expect(response.status).to.equal(200);
    expect(response.headers['content-length']).to.equal('13');
  });

  it('answers 500 and does not hang where a route rejects against its promise', async () => {
    const mount = stubMount({ 'GET /it': () => Promise.reject(new Error('bug')) });
    await request(harness.listener({ mount, place })).get(`${prefix}/it`).expect(500);
  });
}

function mountContract(harness: FrameworkHarness): void {
  const mount = stubMount({
    'GET /webhooks': () => ({ status: 200, body: { route: 'list' } }),
    'GET /webhooks/:id': ({ params }) => ({ status: 200, body: { route: 'show', params } }),
    'GET /event-types': ({ params }) => ({ status: 200, body: { route: 'types', params } }),
    'POST /inbound/:source': ({ params }) => ({ status: 202, body: { route: 'inbound', params } }),
    'DELETE /webhooks/:id': () => ({ status: 204 }),
    'PATCH /webhooks/:id': () => ({ status: 200, body: { route: 'update' } }),
  });

  for (const [place, prefix] of Object.entries(harness.places)) {
    describe(`mounted as ${place}`, () => {
      const client = () => request(harness.listener({ mount, place }));

      it(`serves its routes under ${prefix}`, async () => {
        const of = async (path: string) =>
          (
            await client()
              .get(prefix + path)
              .expect(200)
          ).body;
        expect(await of('/webhooks')).to.deep.equal({ route: 'list' });
        expect(await of('/webhooks/wh_1')).to.deep.equal({ route: 'show', params: { id: 'wh_1' } });
        expect(await of('/event-types')).to.deep.equal({ route: 'types', params: {} });
      });

      it('tells methods of one path apart', async () => {
        await client().delete(`${prefix}/webhooks/wh_1`).expect(204);
        await client().patch(`${prefix}/webhooks/wh_1`).expect(200, { route: 'update' });
        await client().post(`${prefix}/inbound/github`).expect(202);
      });

      it('passes paths on that are not its own', async () => {
        const strangers = [
          '/',
          '/other',
          `${prefix}/other`,
          `${prefix}/webhooks/wh_1/other`,
          '/inbound/github',
        ];
        for (const path of strangers) await client().get(path).expect(FOREIGN);
        await client().put(`${prefix}/webhooks`).expect(FOREIGN);
      });

      it('serves the routes nowhere else', async () => {
        const elsewhere = ['/webhooks', '/hooks', '/hooks/webhooks', ''].filter((path) => path !== prefix);
        for (const path of elsewhere) await client().post(`${path}/inbound/github`).expect(FOREIGN);
      });
    });
  }

  it('serves under another root path where the app names one', async () => {
    const [place = ''] = Object.keys(harness.places);
    for (const rootPath of ['/my/hooks', '']) {
      const client = request(harness.listener({ mount: { ...mount, rootPath }, place }));
      await client.get(`${rootPath}/event-types`).expect(200, { route: 'types', params: {} });
      await client.get('/webhooks/event-types/x').expect(FOREIGN);
    }
  });

  it('leaves its hub on the request for handlers that follow', async () => {
    const [place = ''] = Object.keys(harness.places);
    const response = await request(harness.listener({ mount, place })).get('/other');
    expect(response.body).to.deep.equal({ hub: 'stub' });
  });
}

function bodyContract(harness: FrameworkHarness): void {
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
    const big = Buffer.alloc(3_000_000, 'x');
    for (const chunked of [false, true]) {
      const response = await overServer(harness.listener(shape), (port) =>
        upload(port, `${prefix}/bytes`, big, chunked),
      );
      expect(response).to.include({ status: 413 });
      expect(response.text).to.contain('ERR_HOOKLINE_BODY_TOO_LARGE');
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
function rawBodyMatrix(harness: FrameworkHarness): void {
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

/** Over a connection that closes after the answer, as proxies send: there an early answer is the easiest to lose. */
async function upload(port: number, path: string, body: Buffer, chunked: boolean) {
  const length = chunked ? {} : { 'content-length': String(body.length) };
  const headers = { connection: 'close', ...length };
  const call = send({ port, host: '127.0.0.1', method: 'POST', path, headers });
  call.end(body);
  const [response] = await once(call, 'response');
  const chunks: Buffer[] = await response.toArray();
  return { status: Number(response.statusCode), text: Buffer.concat(chunks).toString() };
}
