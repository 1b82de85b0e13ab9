import {
  type Authorizer,
  bearer,
  defineEvents,
  type HttpRequest,
  type HttpResponse,
  payload,
} from '@hookline/core';
import { mountAdmin, mountWebhooks } from '@hookline/core/adapter';
import { expect } from 'chai';
import { ADMIN_ROUTES } from '../../../packages/core/src/http/admin-routes.js';
import { buildHub } from '../../support/build-hub.js';
import { expectError } from '../../support/expect-error.js';

const events = defineEvents({
  'message.created': payload<{ id: number }>({ description: 'A message came.' }),
  'agent.added': payload<{ id: number }>({ visibility: 'internal' }),
});
const URL = 'https://receiver.example/hook';

// biome-ignore lint/suspicious/noExplicitAny: an answer's JSON, looked into by each test
type Body = Record<string, any>;

interface Call {
  readonly params?: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  readonly remoteAddress?: string;
}

/** The admin routes over a hub in memory, called without a framework. `x-account` says who asks; `staff` is everyone. */
function admin(authorize: Authorizer = byAccountHeader) {
  const world = buildHub({ events });
  const { routes } = mountAdmin(world.hub, { authorize });
  const call = (name: string, input: Call = {}): Promise<HttpResponse> => {
    const [method, path] = name.split(' ');
    const route = routes.find((candidate) => candidate.method === method && candidate.path === path);
    if (!route) throw new Error(`no route ${name}`);
    return route.handle(aRequest(input));
  };
  const data = async (name: string, input?: Call) => (await call(name, input)).body as Body;
  return { ...world, call, data };
}

const aWebhook = { url: URL, subscriptions: ['*'] };
const aSubject = { subjectType: 'Message', subjectId: '1' };

const byAccountHeader: Authorizer = ({ headers }) => {
  const account = headers['x-account'];
  if (account === undefined) return null;
  return account === 'staff' ? true : { accountId: account };
};

function aRequest({
  params = {},
  query = {},
  headers = { 'x-account': '1' },
  body,
  remoteAddress = '127.0.0.1',
}: Call): HttpRequest {
  const bytes = async () => Buffer.from(JSON.stringify(body ?? ''));
  return {
    method: 'GET',
    url: '/',
    origin: null,
    params,
    query,
    headers,
    remoteAddress,
    bytes,
    json: async () => body,
    raw: null,
  };
}

describe('admin routes', () => {
  it('create, show, list, change and delete a webhook', async () => {
    const { call, data } = admin();
    const created = await call('post /webhooks', { body: { url: URL, subscriptions: ['message.*'] } });
    expect(created.status).to.equal(201);
    expect(created.headers).to.include({ 'cache-control': 'no-store' });
    const { id, secret } = created.body as { id: string; secret: string };
    expect(created.body).to.deep.include({ accountId: '1', url: URL, active: true });
    expect(secret).to.match(/^whsec_/);
    const shown = await data('get /webhooks/:id', { params: { id } });
    expect(shown).to.include({ id }).and.not.have.property('secrets');
    expect(shown.createdAt).to.equal('2026-01-01T00:00:00.000Z');
    expect(await data('get /webhooks')).to.deep.equal({ data: [shown], nextCursor: null });
    const changed = await call('patch /webhooks/:id', { params: { id }, body: { active: false } });
    expect(changed).to.deep.include({ status: 200, body: { ...shown, active: false } });
    expect(await call('delete /webhooks/:id', { params: { id } })).to.deep.equal({ status: 204 });
    expect(await call('get /webhooks/:id', { params: { id } })).to.include({ status: 404 });
  });

  it('reveal and rotate a secret, never in a list', async () => {
    const { call, data } = admin();
    const { id, secret } = await data('post /webhooks', { body: { url: URL, subscriptions: ['*'] } });
    const rotated = await data('post /webhooks/:id/rotate-secret', { params: { id }, body: {} });
    const revealed = await call('get /webhooks/:id/secret', { params: { id } });
    expect(revealed.body).to.deep.equal({ secret: rotated.secret, previous: [secret] });
    expect(revealed.headers).to.include({ 'cache-control': 'no-store' });
    expect(JSON.stringify(await data('get /webhooks'))).to.not.include('whsec_');
  });

  it('send a test event, and show the delivery with its attempts', async () => {
    const { call, data, hub } = admin();
    const { id } = await data('post /webhooks', { body: { url: URL, subscriptions: ['*'] } });
    const sent = await call('post /webhooks/:id/test', { params: { id } });
    expect(sent.status).to.equal(202);
    await hub.drain();
    const delivery = await data('get /deliveries/:id', { params: { id: (sent.body as { id: string }).id } });
    expect(delivery).to.include({ state: 'delivered', eventType: 'hookline.test', attemptCount: 1 });
    expect(delivery.attempts).to.have.length(1);
    expect(delivery.attempts[0]).to.include({ outcome: 'succeeded', responseStatus: 204, number: 1 });
  });

  it('list deliveries by filter, page by page, and redeliver one', async () => {
    const { call, data, hub, clock, http } = admin();
    const { id: webhookId } = await data('post /webhooks', { body: { url: URL, subscriptions: ['*'] } });
    http.replyWith(410);
    for (let n = 0; n < 3; n++) {
      clock.advance(1);
      await hub.dispatch('message.created', { id: n }, { account: 1 });
      await hub.drain();
      await hub.webhooks.update(String(webhookId), { active: true });
    }
    const first = await data('get /deliveries', { query: { limit: '2' } });
    const second = await data('get /deliveries', { query: { limit: '2', cursor: first.nextCursor } });
    expect([first.data.length, second.data.length]).to.deep.equal([2, 1]);
    expect(second.nextCursor).to.equal(null);
    const exhausted = await data('get /deliveries', {
      query: { state: 'exhausted', webhookId, eventType: 'message.created' },
    });
    expect(exhausted.data).to.have.length(1);
    const { id } = exhausted.data[0] as { id: string };
    const answer = http.hold();
    expect(await call('post /deliveries/:id/redeliver', { params: { id } })).to.include({ status: 202 });
    expect(await call('post /deliveries/:id/redeliver', { params: { id } })).to.include({ status: 409 });
    answer();
    await hub.drain();
    expect(await data('get /deliveries/:id', { params: { id } })).to.include({ state: 'delivered' });
  });

  it('list and show events, and the catalogue of event types', async () => {
    const { call, data, hub } = admin();
    const event = await hub.dispatch(
      'message.created',
      { id: 1 },
      { account: 1, subject: { type: 'Message', id: 1 } },
    );
    const { data: rows } = await data('get /events', {
      query: { type: 'message.created', subjectType: 'Message', subjectId: '1' },
    });
    expect(rows).to.have.length(1);
    expect(await data('get /events/:id', { params: { id: event.id } })).to.deep.include({
      id: event.id,
      data: { id: 1 },
    });
    const { data: types } = await data('get /event-types');
    expect(types).to.deep.include({
      type: 'message.created',
      visibility: 'subscribable',
      transient: false,
      description: 'A message came.',
      replacement: null,
    });
    expect(await call('get /events/:id', { params: { id: 'evt_nothing' } })).to.include({ status: 404 });
  });

  it('list the events of a subject with their deliveries, page by page', async () => {
    const { data, hub, clock } = admin();
    await hub.webhooks.create({ ...aWebhook, accountId: 1 });
    await hub.webhooks.create({ ...aWebhook, accountId: 2 });
    const subject = { type: 'Message', id: 1 };
    const mine = await hub.dispatch('message.created', { id: 1 }, { account: 1, subject });
    await hub.dispatch('message.created', { id: 1 }, { account: 2, subject });
    await hub.dispatch('message.created', { id: 2 }, { account: 1, subject: { ...subject, id: 2 } });
    const internal = await hub.dispatch('agent.added', { id: 1 }, { account: 1, subject });
    await hub.drain();
    const query = { subjectType: 'Message', subjectId: '1', include: 'deliveries' };
    const [owed] = (await data('get /deliveries', { query: { eventId: mine.id } })).data;
    expect(owed).to.deep.include({ state: 'delivered', createdAt: new Date(clock.now()).toISOString() });
    const shown = await data('get /events/:id', { params: { id: mine.id } });
    expect(await data('get /events', { query })).to.deep.equal({
      data: [{ ...shown, deliveries: [owed] }],
      nextCursor: null,
    });
    const staff = { headers: { 'x-account': 'staff' } };
    const first = await data('get /events', { query: { ...query, limit: '2' }, ...staff });
    expect(first.data.map((row: Body) => [row.accountId, row.deliveries.length])).to.deep.equal([
      [1, 0],
      [2, 1],
    ]);
    expect(first.data[0].id).to.equal(internal.id);
    const cursor = first.nextCursor;
    const second = await data('get /events', { query: { ...query, limit: '2', cursor }, ...staff });
    expect(second).to.deep.equal({ data: [{ ...shown, deliveries: [owed] }], nextCursor: null });
    const typed = await data('get /events', { query: { ...query, type: 'agent.added' }, ...staff });
    expect(typed.data.map(({ id }: Body) => id)).to.deep.equal([internal.id]);
  });

  it("answer 404 to another account's ids, on every route that takes one", async () => {
    const { call, data, hub } = admin();
    const { id } = await data('post /webhooks', { body: { url: URL, subscriptions: ['*'] } });
    const event = await hub.dispatch('message.created', { id: 1 }, { account: 1 });
    await hub.drain();
    const [delivery] = await hub.deliveries.list();
    const ids: Record<string, string | undefined> = {
      webhooks: String(id),
      events: event.id,
      deliveries: delivery?.id,
    };
    const routes = ADMIN_ROUTES.filter(({ path, isForStaff }) => path.includes(':id') && !isForStaff);
    expect(routes).to.have.length(11);
    for (const { method, path } of routes) {
      const own = ids[path.split('/')[1] ?? ''] ?? '';
      const answer = await call(`${method} ${path}`, {
        params: { id: own },
        headers: { 'x-account': '2' },
        body: {},
      });
      expect(answer.status, `${method} ${path}`).to.equal(404);
    }
    for (const path of ['/webhooks', '/deliveries', '/events']) {
      expect((await data(`get ${path}`, { headers: { 'x-account': '2' } })).data, path).to.deep.equal([]);
    }
  });

  it('let staff see every account, and create for any', async () => {
    const { data } = admin();
    const headers = { 'x-account': 'staff' };
    await data('post /webhooks', { headers, body: { url: URL, subscriptions: ['*'], accountId: 7 } });
    await data('post /webhooks', { body: { url: URL, subscriptions: ['*'], accountId: 7 } });
    const { data: rows } = await data('get /webhooks', { headers });
    expect((rows as { accountId: string }[]).map(({ accountId }) => accountId).sort()).to.deep.equal([
      '1',
      '7',
    ]);
  });

  for (const [name, input, status, code] of [
    ['post /webhooks', { body: { url: 'nonsense', subscriptions: [] } }, 422, 'VALIDATION_FAILED'],
    ['post /webhooks', { body: [1] }, 422, 'VALIDATION_FAILED'],
    ['get /webhooks', { query: { limit: '1000' } }, 422, 'VALIDATION_FAILED'],
    ['get /webhooks', { query: { limit: 'x' } }, 422, 'VALIDATION_FAILED'],
    ['get /webhooks', { query: { cursor: "'; drop table" } }, 400, 'CURSOR_INVALID'],
    ['get /deliveries', { query: { state: 'lost' } }, 422, 'VALIDATION_FAILED'],
    ['get /webhooks', { headers: {} }, 401, 'UNAUTHENTICATED'],
    ['get /events', { query: { subjectType: 'Message' } }, 422, 'VALIDATION_FAILED'],
    ['get /events', { query: { ...aSubject, include: 'attempts' } }, 422, 'VALIDATION_FAILED'],
    ['get /events', { query: { ...aSubject, include: '' } }, 422, 'VALIDATION_FAILED'],
    ['get /events', { query: { include: 'deliveries' } }, 422, 'VALIDATION_FAILED'],
    ['post /webhooks', { body: { ...aWebhook, toString: 1 } }, 422, 'VALIDATION_FAILED'],
    ['post /webhooks', { body: JSON.parse('{"__proto__":1,"constructor":1}') }, 422, 'VALIDATION_FAILED'],
    ['post /webhooks', { body: { ...aWebhook, description: 'a\0b' } }, 422, 'VALIDATION_FAILED'],
    ['post /webhooks', { body: { ...aWebhook, url: `${URL}\0` } }, 422, 'VALIDATION_FAILED'],
    [
      'post /webhooks/:id/rotate-secret',
      { params: { id: 'x' }, body: { overlap: 0 } },
      422,
      'VALIDATION_FAILED',
    ],
    [
      'post /webhooks/:id/rotate-secret',
      { params: { id: 'x' }, body: { overlapMs: null } },
      422,
      'VALIDATION_FAILED',
    ],
  ] as const) {
    it(`${name} answers ${status} ${code} to ${JSON.stringify(input)}`, async () => {
      const { call } = admin();
      const answer = await call(name, input as Call);
      expect(answer.status).to.equal(status);
      expect((answer.body as { error: { code: string } }).error.code).to.equal(`ERR_HOOKLINE_${code}`);
    });
  }

  it('refuse to change what is fixed', async () => {
    const { call, data } = admin();
    const { id } = await data('post /webhooks', { body: { url: URL, subscriptions: ['*'] } });
    for (const body of [{ accountId: 2 }, { secret: 'whsec_x' }, { id: 'wh_other' }]) {
      expect(await call('patch /webhooks/:id', { params: { id }, body })).to.include({ status: 422 });
    }
  });
});

describe('authorization', () => {
  it('is refused without authorize, route by route', async () => {
    const { hub } = buildHub({ events });
    const { routes } = mountWebhooks(hub);
    for (const route of routes.filter(({ path }) => path.startsWith('/admin'))) {
      const answer = await route.handle(aRequest({}));
      expect(answer.status, route.path).to.equal(403);
      expect((answer.body as { error: { code: string } }).error.code).to.equal(
        'ERR_HOOKLINE_AUTHORIZER_MISSING',
      );
    }
  });

  it('answers 403 to false, and is told the permission', async () => {
    const asked: string[] = [];
    const { call } = admin((_, permission) => {
      asked.push(permission);
      return false;
    });
    expect(await call('get /webhooks')).to.include({ status: 403 });
    expect(await call('get /webhooks/:id/secret', { params: { id: 'x' } })).to.include({ status: 403 });
    expect(asked).to.deep.equal(['webhooks:read', 'secrets:read']);
  });

  for (const [name, answer] of [
    ['an account that is undefined', { accountId: undefined }],
    ['a user without an account', { id: 7, role: 'user' }],
    ['an empty object', {}],
    ['an empty account', { accountId: '' }],
    ['an account that is no number', { accountId: Number.NaN }],
    ['empty text', ''],
    ['zero', 0],
    ['text', 'no'],
  ] as const) {
    it(`lets nobody in for ${name}`, async () => {
      const { call } = admin((() => answer) as unknown as Authorizer);
      expect(await call('get /webhooks')).to.include({ status: 403 });
    });
  }

  it('takes null for the account of an app with one tenant', async () => {
    const { call, hub } = admin(() => ({ accountId: null }));
    await hub.webhooks.create({ ...aWebhook, accountId: 7 });
    await hub.webhooks.create(aWebhook);
    const answer = await call('get /webhooks');
    expect((answer.body as Body).data).to.have.length(1);
  });

  it('refuses what a page of another site can make a browser send', async () => {
    const { call } = admin();
    const foreign = { 'x-account': '1', 'sec-fetch-site': 'cross-site' };
    const form = { 'x-account': '1', 'content-type': 'text/plain' };
    expect(await call('post /webhooks', { headers: foreign, body: aWebhook })).to.include({ status: 403 });
    expect(await call('post /webhooks', { headers: form, body: aWebhook })).to.include({ status: 415 });
    const params = { id: 'wh_1' };
    expect(await call('post /webhooks/:id/rotate-secret', { headers: foreign, params })).to.include({
      status: 403,
    });
    expect(await call('get /webhooks', { headers: foreign })).to.include({ status: 200 });
    const json = { 'x-account': '1', 'content-type': 'application/json; charset=utf-8' };
    expect(await call('post /webhooks', { headers: json, body: aWebhook })).to.include({ status: 201 });
  });

  it('shows internal events and types to staff alone', async () => {
    const { data, call, hub } = admin();
    const event = await hub.dispatch('agent.added', { id: 1 }, { account: 1 });
    const staff = { headers: { 'x-account': 'staff' } };
    expect((await data('get /events')).data).to.deep.equal([]);
    expect((await data('get /events', staff)).data).to.have.length(1);
    expect(await call('get /events/:id', { params: { id: event.id } })).to.include({ status: 404 });
    expect(await call('get /events/:id', { params: { id: event.id }, ...staff })).to.include({ status: 200 });
    expect((await data('get /event-types')).data).to.have.length(1);
    expect((await data('get /event-types', staff)).data).to.have.length(2);
  });

  it('opens to a bearer token, compared as a whole, and to no missing one', async () => {
    const token = 'a token for the staff';
    const { call } = admin(bearer(token));
    const status = async (authorization: string) =>
      (await call('get /webhooks', { headers: { authorization } })).status;
    expect(await status(`Bearer ${token}`)).to.equal(200);
    for (const wrong of ['', 'Bearer', `Bearer ${token} `, token]) expect(await status(wrong)).to.equal(401);
    for (const missing of [undefined, '', 'short'])
      await expectError('OPTION_INVALID', () => bearer(missing));
  });

  it('hides what went wrong inside, and logs it', async () => {
    const { call, logger } = admin(() => {
      throw new Error('password=hunter2');
    });
    const answer = await call('get /webhooks');
    expect(answer.status).to.equal(500);
    expect(JSON.stringify(answer.body)).to.not.include('hunter2');
    expect(logger.of('error')[0]?.fields).to.include({ cause: 'password=hunter2' });
  });
});
