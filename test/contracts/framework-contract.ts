import type { HttpRequest, HttpResponse } from '@hookline/core/adapter';
import { expect } from 'chai';
import request from 'supertest';
import { bodyContract, rawBodyMatrix } from './framework-bodies.js';
import { FOREIGN, type FrameworkHarness, stubMount } from './framework-harness.js';

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
