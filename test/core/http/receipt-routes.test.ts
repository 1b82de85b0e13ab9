import { type Authorizer, github, type HttpRequest } from '@hookline/core';
import { mountWebhooks } from '@hookline/core/adapter';
import { expect } from 'chai';
import { ADMIN_ROUTES } from '../../../packages/core/src/http/admin-routes.js';
import { buildHub } from '../../support/build-hub.js';

const secret = 'It is a secret to everybody';
const source = github({ secret });

// biome-ignore lint/suspicious/noExplicitAny: an answer's JSON, looked into by each test
type Body = Record<string, any>;

/** Inbound and admin routes over a hub in memory, called without a framework; staff by default. */
function mounted(authorize: Authorizer = () => true) {
  const world = buildHub();
  const { routes } = mountWebhooks(world.hub, { authorize, sources: { github: source } });
  const call = async (name: string, parts: Partial<HttpRequest> = {}) => {
    const [method = '', path] = name.split(' ');
    const route = routes.find((each) => each.method === method && each.path === path);
    if (!route) throw new Error(`no route ${name}`);
    const request = { method: method.toUpperCase(), url: '/', origin: null, query: {}, raw: null };
    const rest = { params: {}, headers: {}, remoteAddress: '127.0.0.1', bytes: async () => Buffer.alloc(0) };
    const answer = await route.handle({ ...request, ...rest, json: async () => undefined, ...parts });
    return { status: answer.status, body: answer.body as Body };
  };
  const receive = async (data: unknown, id: string) => {
    const { headers, body, url } = source.sign({ type: 'issues', data, id });
    const params = { source: 'github' };
    return call('post /inbound/:source', { params, headers, url, bytes: async () => body });
  };
  return { ...world, call, receive };
}

describe('the admin routes of receipts', () => {
  it('list receipts page by page, without bodies, and show one whole', async () => {
    const { call, receive, hub } = mounted();
    const made = [await receive({ action: 'opened' }, 'one'), await receive({ action: 'closed' }, 'two')];
    const [first, second] = made.map(({ body }) => body.receiptId as string);
    const page = await call('get /admin/receipts', { query: { limit: '1', source: 'github' } });
    expect(page.status).to.equal(200);
    expect(page.body.data).to.have.length(1);
    expect(page.body.data[0]).to.include({ id: second, source: 'github', dedupeKey: 'two', method: 'POST' });
    expect(page.body.data[0]).to.include({ receivedAt: '2026-01-01T00:00:00.000Z', erasedAt: null });
    expect(page.body.data[0]).to.not.have.any.keys('headers', 'body');
    const query = { cursor: page.body.nextCursor };
    const rest = (await call('get /admin/receipts', { query })).body;
    expect(rest).to.deep.include({ nextCursor: null });
    expect(rest.data.map(({ id }: Body) => id)).to.deep.equal([first]);
    expect((await call('get /admin/receipts', { query: { source: 'stripe' } })).body.data).to.deep.equal([]);
    const shown = await call('get /admin/receipts/:id', { params: { id: String(first) } });
    expect(shown.body).to.include({ bodyEncoding: 'utf8', body: '{"action":"opened"}' });
    expect(shown.body.headers).to.include({ 'x-github-event': 'issues' });
    expect(shown.body.headers).to.not.have.property('x-hub-signature-256');
    await hub.close();
  });

  it('show bytes that are no text as base64', async () => {
    const { call, hub } = mounted();
    const body = Buffer.from([0xff, 0, 0xe9]);
    const { headers } = source.sign({ type: 'ping', body, id: 'one' });
    const { 'content-type': _, ...rest } = headers;
    const bytes = async () => body;
    const received = await call('post /inbound/:source', {
      params: { source: 'github' },
      headers: rest,
      bytes,
    });
    const id = String(received.body.receiptId);
    const shown = await call('get /admin/receipts/:id', { params: { id } });
    expect(shown.body).to.include({ bodyEncoding: 'base64', body: body.toString('base64') });
    await hub.close();
  });

  it('replay one, and answer its event', async () => {
    const { call, receive, hub } = mounted();
    const { receiptId, eventId } = (await receive({ action: 'opened' }, 'one')).body;
    const replayed = await call('post /admin/receipts/:id/replay', { params: { id: receiptId } });
    expect(replayed.status).to.equal(202);
    expect(replayed.body).to.deep.include({
      ...{ type: 'github.issues.opened', causationId: eventId, requestId: receiptId },
      timestamp: '2026-01-01T00:00:00.000Z',
      data: { action: 'opened' },
    });
    const shown = await call('get /admin/events/:id', { params: { id: replayed.body.id } });
    expect(shown.body).to.deep.equal(replayed.body);
    await hub.events.erase(eventId);
    const refused = await call('post /admin/receipts/:id/replay', { params: { id: receiptId } });
    expect(refused).to.have.nested.property('body.error.code', 'ERR_HOOKLINE_EVENT_ERASED');
    expect(refused.status).to.equal(409);
    await hub.close();
  });

  it('answer 404 to an id that is not there', async () => {
    const { call, hub } = mounted();
    for (const name of ['get /admin/receipts/:id', 'post /admin/receipts/:id/replay']) {
      const answer = await call(name, { params: { id: 'rct_none' } });
      expect(answer.status).to.equal(404);
      expect(answer.body.error.message).to.equal('There is no receipt "rct_none" here.');
    }
    await hub.close();
  });

  it('list what was refused', async () => {
    const { call, receive, hub } = mounted();
    await receive({}, 'one');
    for (let n = 0; n < 3; n++) await call('post /inbound/:source', { params: { source: 'github' } });
    const { body } = await call('get /admin/rejections', { query: { source: 'github' } });
    expect(body).to.deep.include({ nextCursor: null });
    const hour = '2026-01-01T00:00:00.000Z';
    expect(body.data).to.have.length(1);
    expect(body.data[0]).to.deep.include({
      ...{ source: 'github', code: 'ERR_HOOKLINE_SIGNATURE_MISSING', count: 3 },
      ...{ hourAt: hour, firstAt: hour, lastAt: hour },
    });
    expect(body.data[0].sample).to.include({ method: 'POST', path: '/', remoteAddress: '127.0.0.1' });
    const next = await call('get /admin/rejections', { query: { cursor: body.data[0].id } });
    expect(next.body.data).to.deep.equal([]);
    await hub.close();
  });

  for (const accountId of [1, null]) {
    it(`are closed to callers of account ${accountId}: receipts belong to none`, async () => {
      const asked: string[] = [];
      const { call, receive, hub } = mounted((_request, permission) => {
        asked.push(permission);
        return { accountId };
      });
      const { receiptId: id } = (await receive({}, 'one')).body;
      const routes = ADMIN_ROUTES.filter(({ path }) => /^\/(receipts|rejections)/.test(path));
      for (const { method, path } of routes) {
        const answer = await call(`${method} /admin${path}`, { params: { id } });
        expect(answer.status, path).to.equal(403);
        expect(answer.body.error.code).to.equal('ERR_HOOKLINE_FORBIDDEN');
      }
      expect(asked).to.deep.equal(['receipts:read', 'receipts:read', 'receipts:write', 'receipts:read']);
      expect(await hub.events.list()).to.have.length(1);
      await hub.close();
    });
  }
});
