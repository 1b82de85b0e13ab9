import {
  type Context,
  currentContext,
  defineEvents,
  type InboundResult,
  payload,
  withContext,
} from '@hookline/core';
import { fakeClock } from '@hookline/core/testing';
import { expect } from 'chai';
import sinon from 'sinon';
import { memoryStore } from '../../../packages/core/src/adapters/memory-store.js';
import { randomIdGenerator } from '../../../packages/core/src/adapters/random-id-generator.js';
import { toEvent } from '../../../packages/core/src/events/build-event.js';
import type { AnyRegistry } from '../../../packages/core/src/events/event-types.js';
import { handleInbound } from '../../../packages/core/src/inbound/handle-inbound.js';
import type { InboundRequest, Source, VerifiedRequest } from '../../../packages/core/src/inbound/source.js';
import { custom } from '../../../packages/core/src/inbound/sources/custom.js';
import { github } from '../../../packages/core/src/inbound/sources/github.js';
import { hmac } from '../../../packages/core/src/inbound/sources/hmac.js';
import type { Arrival } from '../../../packages/core/src/ports/store.js';
import { buildHub } from '../../support/build-hub.js';
import { expectError } from '../../support/expect-error.js';
import { signedRequest } from '../../support/signed-request.js';

const secret = 'shared secret';
const source = github({ secret });
const events = defineEvents({
  'github.issues.opened': payload<unknown>(),
  'github.star.*': payload<unknown>(),
});

function world(options: { readonly registry?: AnyRegistry; readonly maxPayloadBytes?: number } = {}) {
  const clock = fakeClock();
  const store = memoryStore();
  const record = sinon.spy(async (arrival: Arrival) => (await store.receipts.record([arrival]))[0] ?? false);
  const accept = sinon.spy();
  const ids = randomIdGenerator(clock);
  const hold = <Value>(_event: unknown, _isHeardHere: boolean, work: () => Promise<Value>) => work();
  const intake = { hold, record, passUnheard: accept };
  const deps = { clock, ids, intake, registry: events, maxPayloadBytes: 1_000_000, ...options };
  return { deps, store, clock, record, accept };
}

function request(body: string | object, event = 'issues', deliveryId = 'delivery-1'): InboundRequest {
  const signed = signedRequest.github({ event, body, secret, deliveryId });
  const secrets = {
    cookie: 'session=1',
    authorization: 'Bearer x',
    'proxy-authorization': 'Basic x',
    'x-hub-signature': 'sha1=0',
  };
  return {
    method: 'POST',
    url: '/',
    origin: null,
    body: signed.body,
    headers: { ...signed.headers, ...secrets },
  };
}

function fixed(verified: Partial<VerifiedRequest>): Source {
  const always = custom({ verify: () => true });
  return { ...always, verify: (input) => ({ ...always.verify(input), ...verified }) };
}

function accepted(result: InboundResult) {
  if (!result.isNew) throw new Error('not new');
  return result;
}

describe('handleInbound', () => {
  it('records receipt and event together, then hands the event over', async () => {
    const { deps, store, clock, accept } = world();
    const body = '{"action": "opened", "big": 12345678901234567890}';
    const result = accepted(await handleInbound(deps, 'github', source, request(body)));

    const receipt = await store.receipts.get(result.receiptId);
    expect(receipt).to.deep.include({
      source: 'github',
      dedupeKey: 'delivery-1',
      eventId: result.eventId,
      receivedAt: clock.now(),
      body: Buffer.from(body),
    });
    const event = await store.events.get(result.eventId, {});
    expect(event).to.include({
      type: 'github.issues.opened',
      visibility: 'subscribable',
      accountId: null,
      depth: 0,
    });
    expect(event?.payload).to.include(`"data":${body}`);
    expect(event && toEvent(event).actor).to.deep.equal({ type: 'source', id: 'github' });
    sinon.assert.calledOnceWithExactly(accept, event as never);
  });

  it('makes an event that knows its receipt, whatever the context around says', async () => {
    const { deps, store } = world();
    const around = { account: 42, requestId: 'r1', causationId: 'evt_1', correlationId: 'evt_1', depth: 1 };
    const result = await withContext(around, () => handleInbound(deps, 'github', source, request({})));
    const { receiptId, eventId } = accepted(result);
    expect(await store.events.get(eventId, {})).to.include({
      requestId: receiptId,
      accountId: null,
      causationId: null,
      correlationId: eventId,
      depth: 0,
    });
  });

  it('has its listeners run with the source as the actor and the receipt as the request', async () => {
    const { hub } = buildHub();
    hub.addSource('github', source);
    const seen: Context[] = [];
    hub.on('github.*', () => void seen.push(currentContext()));
    hub.on('github.*', () => void seen.push(currentContext()), { lane: 'async', name: 'later' });
    const { receiptId, eventId } = accepted(await hub.receive('github', request({ action: 'opened' })));
    await hub.drain();
    const expected: Context = {
      actor: { type: 'source', id: 'github' },
      requestId: receiptId,
      account: null,
      causationId: eventId,
      correlationId: eventId,
      depth: 1,
    };
    expect(seen).to.deep.equal([expected, expected]);
    await hub.close();
  });

  it('keeps signatures, cookies and authorisation out of the receipt', async () => {
    const { deps, store } = world();
    const { receiptId } = accepted(await handleInbound(deps, 'github', source, request({})));
    const receipt = await store.receipts.get(receiptId);
    expect(Object.keys(receipt?.headers ?? {})).to.deep.equal([
      'content-type',
      'x-github-event',
      'x-github-delivery',
    ]);
  });

  it('does nothing for a request that came before', async () => {
    const { deps, accept } = world();
    await handleInbound(deps, 'github', source, request({ action: 'opened' }));
    const second = await handleInbound(deps, 'github', source, request({ action: 'opened' }));
    expect(second.isNew).to.equal(false);
    sinon.assert.calledOnce(accept);
  });

  it('tells apart the same id under two names', async () => {
    const { deps, accept } = world();
    await handleInbound(deps, 'github', source, request({}));
    expect((await handleInbound(deps, 'github_enterprise', source, request({}))).isNew).to.equal(true);
    sinon.assert.calledTwice(accept);
  });

  it('takes every request for new where the sender gives no id', async () => {
    const { deps, record, accept } = world();
    for (let i = 0; i < 2; i++) await handleInbound(deps, 'plain', fixed({ id: null }), request({}));
    sinon.assert.calledTwice(accept);
    const { receipt } = record.firstCall.args[0];
    expect(receipt.dedupeKey).to.equal(receipt.id);
  });

  it('calls an event internal unless it is declared', async () => {
    const { deps, record } = world();
    await handleInbound(deps, 'github', source, request({}, 'push', 'a'));
    await handleInbound(deps, 'github', source, request({ action: 'created' }, 'star', 'b'));
    expect(record.args.map(([{ event }]) => [event.type, event.visibility])).to.deep.equal([
      ['github.push', 'internal'],
      ['github.star.created', 'subscribable'],
    ]);
  });

  it('stores nothing and hands nothing over when verification fails', async () => {
    const { deps, record, accept } = world();
    const forged = { ...request({}), body: Buffer.from('{"a":1}') };
    await expectError('SIGNATURE_MISMATCH', () => handleInbound(deps, 'github', source, forged));
    sinon.assert.notCalled(record);
    sinon.assert.notCalled(accept);
  });

  it('judges timestamps by the hub clock', async () => {
    const { deps, clock } = world();
    const clocked = sinon.spy(fixed({}), 'verify');
    await handleInbound(deps, 'plain', { ...fixed({}), verify: clocked }, request({}));
    expect(clocked.firstCall.args[1]).to.equal(clock.now());
  });

  it('hands nothing over that could not be stored', async () => {
    const { deps, accept } = world();
    const record = sinon.stub().rejects(new Error('connection lost'));
    const outcome = await handleInbound(
      { ...deps, intake: { ...deps.intake, record } },
      'github',
      source,
      request({}),
    ).catch((error: Error) => error);
    expect(outcome).to.have.property('message', 'connection lost');
    sinon.assert.notCalled(accept);
  });

  it('takes whatever could be read: a limit of payloads is for what the app dispatches', async () => {
    const { deps, record } = world({ maxPayloadBytes: 100 });
    await handleInbound(deps, 'github', source, request({ x: 'x'.repeat(100) }));
    expect(record.args).to.have.length(1);
  });

  it('takes the same id of two accounts for two requests, and of one account for one', async () => {
    const { deps, record } = world();
    const ofAccount = (account: string | number | null) =>
      hmac({ secret: 's', header: 'X-Sig', id: { path: 'id' }, account: () => account });
    for (const account of ['a', 'b', 7, '7', null]) {
      const tenants = ofAccount(account);
      await handleInbound(deps, 'erp', tenants, tenants.sign({ id: '1001', data: {} }));
    }
    const keys = record.args.map(([{ receipt }]) => receipt.dedupeKey);
    expect(keys).to.deep.equal(['["a","1001"]', '["b","1001"]', '["7","1001"]', '["7","1001"]', '1001']);
  });

  it('knows an id that no index takes by its hash', async () => {
    const { deps, record } = world();
    const ids = ['x'.repeat(256), 'x'.repeat(100_000), '\u0000', 'é', '\ud800', '\ud801'];
    for (const id of ids) await handleInbound(deps, 'plain', fixed({ id }), request({}));
    const keys = record.args.map(([{ receipt }]) => receipt.dedupeKey);
    for (const key of keys) expect(key).to.match(/^sha256:[0-9a-f]{64}$/);
    expect(new Set(keys).size).to.equal(ids.length);
    expect((await handleInbound(deps, 'plain', fixed({ id: '\u0000' }), request({}))).isNew).to.equal(false);
  });

  it('makes the subject that the source tells that of the event, under the name of the source', async () => {
    const { deps, record } = world();
    const subjects = ['cus_7', 'Zoë', 'x'.repeat(100_000), 8, '', null, undefined] as (string | null)[];
    for (const subject of subjects) {
      await handleInbound(deps, 'bank', { ...fixed({ subject }), kind: 'plain' }, request({}));
    }
    const made = record.args.map(([{ event }]) => [event.subjectType, event.subjectId]);
    expect(made[2]?.[1]).to.match(/^sha256:[0-9a-f]{64}$/);
    expect([...made.slice(0, 2), ...made.slice(3)]).to.deep.equal([
      ['bank', 'cus_7'],
      ['bank', 'Zoë'],
      ['bank', '8'],
      [null, null],
      [null, null],
      [null, null],
    ]);
  });

  it('makes an event type of whatever a source of the app calls it', async () => {
    const { deps, record } = world();
    const types = ['Order Paid!', '","data":1,"x":"', 'y'.repeat(1_000), ''];
    for (const type of types) await handleInbound(deps, 'plain', fixed({ type }), request({}));
    const made = record.args.map(([{ event }]) => event.type);
    expect(made).to.deep.equal([
      'plain.order_paid',
      'plain.data_1_x',
      `plain.${'y'.repeat(122)}`,
      'plain.received',
    ]);
    for (const [{ event }] of record.args) expect(toEvent(event).data).to.deep.equal({});
  });

  it('takes in a request of the generic source, end to end', async () => {
    const { deps, store } = world();
    const signed = signedRequest.github({ event: 'x', body: { kind: 'OrderPaid', id: 7 }, secret });
    const shop = hmac({
      secret,
      header: 'X-Hub-Signature-256',
      prefix: 'sha256=',
      id: { path: 'id' },
      type: { path: 'kind' },
    });
    const { eventId } = accepted(
      await handleInbound(deps, 'shop', shop, { method: 'POST', url: '/', origin: null, ...signed }),
    );
    expect((await store.events.get(eventId, {}))?.type).to.equal('shop.order_paid');
  });
});
