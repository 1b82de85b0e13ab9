import { createHub, custom, type HttpRequest } from '@hookline/core';
import { mountWebhooks } from '@hookline/core/adapter';
import { expect } from 'chai';
import sinon from 'sinon';
import { buildHub } from '../../support/build-hub.js';
import { expectError } from '../../support/expect-error.js';

const aRequest = (parts: Partial<HttpRequest>): HttpRequest => ({
  method: 'GET',
  url: '/',
  origin: null,
  params: {},
  query: {},
  headers: {},
  remoteAddress: '127.0.0.1',
  bytes: async () => Buffer.alloc(0),
  json: async () => undefined,
  raw: null,
  ...parts,
});

describe('a bare webhooks()', () => {
  let stderr: sinon.SinonStub;
  beforeEach(() => {
    stderr = sinon.stub(process.stderr, 'write').returns(true);
  });
  afterEach(() => sinon.restore());
  const printed = () => stderr.args.map(([line]) => String(line)).join('');

  it('opens its admin routes to this machine, with the token it printed', async () => {
    const { routes, hub } = mountWebhooks();
    const list = routes.find((route) => route.path === '/admin/webhooks' && route.method === 'get');
    const authorization = /Bearer [\w-]{32}/.exec(printed())?.[0] ?? '';
    expect(authorization).to.not.equal('');
    const status = async (parts: Partial<HttpRequest>) => (await list?.handle(aRequest(parts)))?.status;
    expect(await status({ headers: { authorization } })).to.equal(200);
    expect(await status({ headers: { authorization }, remoteAddress: '::ffff:127.0.0.1' })).to.equal(200);
    expect(await status({ headers: {} })).to.equal(401);
    expect(await status({ headers: { authorization: 'Bearer x' } })).to.equal(401);
    expect(await status({ headers: { authorization }, remoteAddress: '10.0.0.5' })).to.equal(403);
    expect(await status({ headers: { authorization, 'x-forwarded-for': '203.0.113.1' } })).to.equal(403);
    await hub.close();
  });

  it('keeps its admin routes shut in production', async () => {
    sinon.stub(process, 'env').value({ ...process.env, NODE_ENV: 'production' });
    const { routes, hub } = mountWebhooks();
    const list = routes.find((route) => route.path === '/admin/webhooks');
    expect((await list?.handle(aRequest({})))?.status).to.equal(403);
    expect(printed()).to.not.include('Bearer');
    await expectError('VALIDATION_FAILED', () =>
      hub.webhooks.create({ url: 'http://127.0.0.1/', subscriptions: ['*'] }),
    );
    await hub.close();
  });

  it('mounts the sources whose secret is in the environment', async () => {
    sinon
      .stub(process, 'env')
      .value({ ...process.env, GITHUB_WEBHOOK_SECRET: 'a secret', STRIPE_WEBHOOK_SECRET: '' });
    const { hub } = mountWebhooks();
    expect([...hub.sources.keys()]).to.deep.equal(['github']);
    await hub.close();
  });

  it('says in one line that it keeps everything in memory', async () => {
    const { hub } = mountWebhooks();
    await hub.start();
    expect(printed().match(/kept in memory/g)).to.have.length(1);
    await hub.close();
  });
});

describe('webhooks(hub)', () => {
  it('answers 404 with a code for a source it does not have', async () => {
    const { hub } = buildHub();
    const { routes } = mountWebhooks(hub);
    const inbound = routes.find((route) => route.path === '/inbound/:source');
    const answer = await inbound?.handle(aRequest({ method: 'POST', params: { source: 'gitlab' } }));
    expect(answer).to.include({ status: 404 });
    expect(answer).to.have.nested.property('body.error.code', 'ERR_HOOKLINE_SOURCE_UNKNOWN');
  });

  it('has one source under a name, which may be mounted again', async () => {
    const { hub } = buildHub();
    const [one, other] = [custom({ verify: () => true }), custom({ verify: () => true })];
    mountWebhooks(hub, { sources: { one } });
    mountWebhooks(hub, { sources: { one, other } });
    await expectError('SOURCE_NAME_TAKEN', () => mountWebhooks(hub, { sources: { one: other } }));
    await hub.close();
  });

  it('refuses a misspelt option', async () => {
    const error = await expectError('OPTION_INVALID', () =>
      mountWebhooks(undefined, { source: {} } as never),
    );
    expect(error.message).to.include('did you mean sources?');
  });

  it('refuses a source name that is no segment of an event type, and a path that is no plain path', async () => {
    const source = custom({ verify: () => true });
    await expectError('SOURCE_NAME_INVALID', () =>
      mountWebhooks(createHub(), { sources: { 'Git.Hub': source } }),
    );
    await expectError('OPTION_INVALID', () => mountWebhooks(createHub(), { path: '/a/:b' }));
  });
});
