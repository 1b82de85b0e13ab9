import { defineSender, type HttpRequest, type HttpResponse, type Source, signed } from '@hookline/core';
import { mountInbound } from '@hookline/core/adapter';
import { expect } from 'chai';
import sinon from 'sinon';
import { buildHub } from '../../support/build-hub.js';

type Options = Parameters<typeof sender>[0];

const secret = 'It is a secret to everybody';

/** A sender that tries the URL by GET and HEAD with a word, and by POST with a signed one. */
const sender = (parts: Partial<Parameters<typeof defineSender>[0]> = {}) =>
  defineSender({
    kind: 'acme',
    title: 'Acme',
    docs: '',
    evidence: 'single',
    scheme: signed({ signature: 'x-signature' }),
    id: { header: 'x-id' },
    handshake(request) {
      const word = request.query('challenge');
      return word === null ? null : { status: 200, body: `${request.method} ${word}` };
    },
    ...parts,
  });

async function call(source: Source, parts: Partial<HttpRequest>): Promise<HttpResponse> {
  const { hub } = buildHub();
  try {
    const { routes } = mountInbound(hub, { sources: { acme: source } });
    return await handle(routes, parts);
  } finally {
    await hub.close();
  }
}

function handle(
  routes: ReturnType<typeof mountInbound>['routes'],
  parts: Partial<HttpRequest>,
): Promise<HttpResponse> {
  const method = parts.method ?? 'POST';
  // frameworks answer HEAD by the route of GET
  const wanted = method === 'HEAD' ? 'get' : method.toLowerCase();
  const route = routes.find((each) => each.method === wanted);
  if (!route) throw new Error(`there is no route for ${method}`);
  return route.handle({
    url: '/inbound/acme',
    origin: 'https://app.example',
    params: { source: 'acme' },
    query: {},
    headers: {},
    remoteAddress: '127.0.0.1',
    bytes: async () => Buffer.alloc(0),
    json: async () => undefined,
    raw: null,
    ...parts,
    method,
  });
}

const signedParts = (source: Source, id = 'one'): Partial<HttpRequest> => {
  const { headers, body } = source.sign({ data: { total: 1 }, id });
  return { headers, bytes: async () => body };
};

describe('the inbound routes', () => {
  const plain: Options = {};

  it('answer within ten seconds, also where a secret is looked up for ever', async () => {
    const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { hub } = buildHub();
      const asked = call(
        sender(plain)({ secret: () => new Promise<never>(() => {}) }) as unknown as Source,
        {},
      );
      await clock.tickAsync(9_999);
      await clock.tickAsync(1);
      const { status, body } = await asked;
      expect([status, (body as { error: { code: string } }).error.code]).to.deep.equal([
        503,
        'ERR_HOOKLINE_ANSWER_OVERDUE',
      ]);
      await hub.close();
    } finally {
      clock.restore();
    }
  });

  it('refuse an answer of the app that no framework could send', async () => {
    for (const answer of [{ status: 9_999 }, { status: 1.5 }, { status: '200' }, null, 'text']) {
      const source = sender(plain)({ secret, respond: () => answer as never });
      expect((await call(source, signedParts(source))).status).to.equal(500);
    }
  });

  it('answer a sender that tries the URL, by GET, HEAD and POST, and record nothing', async () => {
    const { hub } = buildHub();
    const { routes } = mountInbound(hub, { sources: { acme: sender(plain)({ secret }) } });
    for (const method of ['GET', 'HEAD', 'POST']) {
      const answer = await handle(routes, { method, url: '/inbound/acme?challenge=word' });
      expect(answer).to.deep.equal({ status: 200, body: `${method} word` });
    }
    expect(await hub.events.list()).to.deep.equal([]);
    await hub.close();
  });

  it('refuse other methods with 405, and say which are taken', async () => {
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await call(sender(plain)({ secret }), { method });
      expect(answer).to.deep.include({ status: 405, headers: { allow: 'POST' } });
      expect(answer.body).to.have.nested.property('error.code', 'ERR_HOOKLINE_METHOD_NOT_ALLOWED');
    }
    const many = await call(sender({ methods: ['POST', 'PUT'] })({ secret }), { method: 'GET' });
    expect(many.headers).to.deep.equal({ allow: 'POST, PUT' });
  });

  it('take an event by every method of its sender', async () => {
    const source = sender({ methods: ['GET', 'PATCH'] })({ secret });
    for (const method of ['GET', 'PATCH'])
      expect((await call(source, { ...signedParts(source), method })).status).to.equal(202);
  });

  it('know no other source, whatever the method', async () => {
    for (const method of ['GET', 'POST', 'DELETE']) {
      const answer = await call(sender(plain)({ secret }), { method, params: { source: 'other' } });
      expect(answer.status).to.equal(404);
    }
  });

  it('answer an accepted request as its sender insists, also a repeated one', async () => {
    const accepted = { status: 204 };
    const source = sender({ accepted })({ secret });
    const { hub } = buildHub();
    const { routes } = mountInbound(hub, { sources: { acme: source } });
    for (const _time of [1, 2]) expect(await handle(routes, signedParts(source))).to.deep.equal(accepted);
    await hub.close();
  });

  it("give the app's own answer to what was verified, also to a repeated request", async () => {
    const respond = async ({ id, data }: { id: string | null; data: unknown }) => ({
      status: 200,
      body: { id, data },
    });
    const source = sender({ accepted: { status: 204 } })({ secret, respond });
    const { hub } = buildHub();
    const { routes } = mountInbound(hub, { sources: { acme: source } });
    for (const _time of [1, 2]) {
      const answer = await handle(routes, signedParts(source));
      expect(answer).to.deep.equal({ status: 200, body: { id: 'one', data: { total: 1 } } });
    }
    expect(await hub.events.list()).to.have.length(1);
    await hub.close();
  });

  it('answer 500 where the app answers nothing, and the event is recorded', async () => {
    const source = sender(plain)({ secret, respond: () => undefined as unknown as HttpResponse });
    const { hub, logger } = buildHub();
    const { routes } = mountInbound(hub, { sources: { acme: source } });
    const answer = await handle(routes, signedParts(source));
    expect(answer.status).to.equal(500);
    expect(JSON.stringify(logger)).to.contain('respond() of source');
    expect(await hub.events.list()).to.have.length(1);
    await hub.close();
  });

  it('tell a sender that wants no body nothing but the status', async () => {
    const source = sender({ refusesSilently: true })({ secret });
    const forged = { headers: { 'x-signature': '0'.repeat(64) } };
    expect(await call(source, forged)).to.deep.equal({ status: 401, headers: {} });
  });

  it('let a source know where the request came to', async () => {
    const seen: unknown[] = [];
    const source = sender(plain)({
      secret,
      account: (_webhook, { origin, url, method, raw }) => {
        seen.push({ origin, url, method, raw });
        return 7;
      },
    });
    await call(source, { ...signedParts(source), raw: 'the request' });
    expect(seen).to.deep.equal([
      { origin: 'https://app.example', url: '/inbound/acme', method: 'POST', raw: 'the request' },
    ]);
  });
});
