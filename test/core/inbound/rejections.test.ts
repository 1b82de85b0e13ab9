import { github, HooklineError, type HttpRequest, memoryStore, type Store } from '@hookline/core';
import { mountInbound } from '@hookline/core/adapter';
import { expect } from 'chai';
import sinon from 'sinon';
import { buildHub } from '../../support/build-hub.js';

const secret = 'It is a secret to everybody';
const settle = () => new Promise((resolve) => setImmediate(resolve));
const HOUR_MS = 3_600_000;

function build({ store = memoryStore() }: { readonly store?: Store } = {}) {
  const reject = sinon.spy(store.receipts, 'reject');
  const world = buildHub({ store });
  const { routes } = mountInbound(world.hub, { sources: { github: github({ secret }) } });
  const send = async (parts: Partial<HttpRequest> = {}) => {
    const method = parts.method ?? 'POST';
    const route = routes.find((each) => each.method === method.toLowerCase());
    if (!route) throw new Error(`there is no route for ${method}`);
    return route.handle({
      ...{ method, origin: null, params: { source: 'github' }, query: {}, raw: null },
      url: '/inbound/github?token=hidden',
      headers: {
        'x-hub-signature-256': `sha256=${'0'.repeat(64)}`,
        'user-agent': 'curl/8',
        'content-type': 'application/json',
        'content-length': '19',
        cookie: 'hidden=1',
      },
      remoteAddress: '203.0.113.7',
      bytes: async () => Buffer.from('{"password":"hidden"}'),
      json: async () => undefined,
      ...parts,
    });
  };
  const refusals = () => world.logger.of('warn').filter(({ fields }) => 'source' in fields);
  return { ...world, store, reject, send, refusals };
}

describe('refused requests', () => {
  it('are no refusals where the fault is ours: told as sparingly, with what failed', async () => {
    const { hub, send, logger, clock } = build();
    const failing = async (): Promise<Buffer> => {
      throw new TypeError('no such tenant');
    };
    for (let count = 0; count < 200; count++) await send({ bytes: failing });
    clock.advance(60_000);
    await settle();
    const told = logger.of('error').filter(({ fields }) => 'source' in fields);
    expect(told).to.have.length(2);
    expect(told[0]?.fields).to.include({ source: 'github', cause: 'no such tenant', status: 500 });
    expect(told[0]?.fields.stack).to.include('TypeError: no such tenant');
    expect(told[1]?.fields).to.include({ more: 199 });
    expect(await hub.receipts.rejections()).to.deep.equal([]);
  });

  it('are counted by source, reason and hour, with a sample of the newest', async () => {
    const { hub, send, clock } = build();
    const startedAt = clock.now();
    await send();
    clock.advance(10);
    await send({ headers: { 'x-hub-signature-256': 'sha256=1', 'user-agent': 'x'.repeat(1_000) } });
    await send({ headers: {}, remoteAddress: null });
    clock.advance(HOUR_MS);
    await send();
    const rejections = await hub.receipts.rejections();
    const mismatch = 'ERR_HOOKLINE_SIGNATURE_MISMATCH';
    expect(rejections.map(({ code, hourAt, count }) => [code, hourAt - startedAt, count])).to.deep.equal([
      [mismatch, HOUR_MS, 1],
      ['ERR_HOOKLINE_SIGNATURE_MISSING', 0, 1],
      [mismatch, 0, 2],
    ]);
    expect(rejections[2]).to.include({ source: 'github', firstAt: startedAt, lastAt: startedAt + 10 });
    expect(rejections[2]?.sample.userAgent).to.have.length(300);
    expect(rejections[0]?.sample).to.deep.equal({
      method: 'POST',
      path: '/inbound/github',
      remoteAddress: '203.0.113.7',
      userAgent: 'curl/8',
      contentType: 'application/json',
      contentLength: '19',
      message: 'No signature on this request matches a secret of source "github".',
    });
    const [latest] = rejections;
    const next = { limit: 1, before: String(latest?.id) };
    expect(await hub.receipts.rejections(next)).to.deep.equal(rejections.slice(1, 2));
    expect(await hub.receipts.rejections({ source: 'stripe' })).to.deep.equal([]);
    await hub.close();
  });

  it('say nothing of signature, query, cookies and body, in the store and in the log', async () => {
    const { hub, send, logger } = build();
    await send();
    const text = JSON.stringify([await hub.receipts.rejections(), logger.lines]);
    expect(text)
      .to.include('SIGNATURE_MISMATCH')
      .and.not.match(/hidden|0{64}/);
    await hub.close();
  });

  it('are those that could not be read, that have a wrong method or a body too large, too', async () => {
    const { hub, send } = build();
    const failing = (error: unknown) => ({ bytes: () => Promise.reject(error) });
    await send(failing(new HooklineError('BODY_TOO_LARGE', { maxBytes: 10 })));
    await send({ method: 'DELETE' });
    const answer = await send(failing(new Error('of our own')));
    expect(answer.status).to.equal(500);
    const codes = (await hub.receipts.rejections()).map(({ code }) => code.replace('ERR_HOOKLINE_', ''));
    expect(codes).to.have.members(['BODY_TOO_LARGE', 'METHOD_NOT_ALLOWED']);
    await hub.close();
  });

  it('are told of in the log at once, then once a minute with how many more they were', async () => {
    const { hub, send, clock, refusals } = build();
    await send();
    for (let n = 0; n < 5; n++) await send();
    await send({ headers: {} });
    expect(refusals().map(({ fields, message }) => [fields.code, message])).to.deep.equal([
      [
        'ERR_HOOKLINE_SIGNATURE_MISMATCH',
        'No signature on this request matches a secret of source "github".',
      ],
      [
        'ERR_HOOKLINE_SIGNATURE_MISSING',
        'The request carries no signature: expected header x-hub-signature-256.',
      ],
    ]);
    expect(refusals()[0]?.fields).to.include({ source: 'github', status: 401, remoteAddress: '203.0.113.7' });
    clock.advance(59_999);
    expect(refusals()).to.have.length(2);
    clock.advance(1);
    expect(refusals()[2]?.fields).to.deep.equal({
      ...{ source: 'github', code: 'ERR_HOOKLINE_SIGNATURE_MISMATCH', more: 5 },
    });
    clock.advance(30_000);
    await send();
    expect(refusals()).to.have.length(3);
    clock.advance(30_000);
    expect(refusals()[3]?.fields).to.include({ more: 1 });
    clock.advance(60_000);
    await send();
    expect(refusals()[4]?.message).to.include('No signature');
    await hub.close();
  });

  it('flood neither store nor log: 10,000 in ten minutes are 120 writes at most and eleven lines, and none is lost', async () => {
    const { hub, store, send, clock, reject, refusals } = build();
    for (let n = 0; n < 10_000; n++) {
      await send();
      clock.advance(60);
    }
    await hub.close();
    expect(reject.callCount).to.be.within(1, 120);
    for (const [rows] of reject.args) expect(rows).to.have.length(1);
    expect((await store.receipts.rejections({ limit: 10 })).map(({ count }) => count)).to.deep.equal([
      10_000,
    ]);
    expect(refusals()).to.have.length(11);
    const told = refusals().map(({ fields }) => Number(fields.more ?? 1));
    expect(told.reduce((sum, more) => sum + more)).to.equal(10_000);
  });

  it('are kept apart from requests for no source, which are told of as sparingly and not stored', async () => {
    const { hub, send, reject, refusals, logger } = build();
    for (let n = 0; n < 100; n++) {
      const answer = await send({ params: { source: `guess_${n}` } });
      expect(answer.status).to.equal(404);
    }
    expect(logger.of('info').filter(({ fields }) => 'status' in fields)).to.deep.equal([]);
    expect(refusals().map(({ fields }) => fields.source)).to.deep.equal([null]);
    await hub.close();
    sinon.assert.notCalled(reject);
    expect(refusals().at(-1)?.fields).to.include({ source: null, more: 99 });
  });

  it('set no timer before the first one, and none after the last was written', async () => {
    const { hub, send, clock, reject } = build();
    await hub.start();
    await send();
    clock.advance(4_999);
    await settle();
    sinon.assert.notCalled(reject);
    clock.advance(1);
    await settle();
    sinon.assert.calledOnce(reject);
    clock.advance(60_000);
    await settle();
    sinon.assert.calledOnce(reject);
    await hub.close();
    sinon.assert.calledOnce(reject);
  });

  it('are written down on close', async () => {
    const { hub, store, send } = build();
    for (let n = 0; n < 3; n++) await send();
    await hub.close();
    expect((await store.receipts.rejections({ limit: 10 })).map(({ count }) => count)).to.deep.equal([3]);
  });

  it('wait while the store is away, and are counted when it is back', async () => {
    const store = memoryStore();
    const write = store.receipts.reject.bind(store.receipts);
    let isAway = true;
    store.receipts.reject = async (rejections) => {
      if (isAway) throw new Error('no database');
      await write(rejections);
    };
    const { hub, send, clock, logger } = build({ store });
    for (let n = 0; n < 3; n++) {
      await send();
      clock.advance(5_000);
      await settle();
    }
    const told = () => logger.of('error').filter(({ message }) => message.startsWith('refused requests'));
    expect(told()).to.have.length(1);
    expect(await store.receipts.rejections({ limit: 10 })).to.deep.equal([]);
    isAway = false;
    clock.advance(5_000);
    await settle();
    expect((await store.receipts.rejections({ limit: 10 })).map(({ count }) => count)).to.deep.equal([3]);
    expect(logger.of('info').map(({ message }) => message)).to.include('refused requests are counted again');
    await hub.close();
  });
});
