import { type HubOptions, type NewWebhook, rawBody } from '@hookline/core';
import { expect } from 'chai';
import { buildHub } from '../../support/build-hub.js';
import { expectError } from '../../support/expect-error.js';

const INPUT = { url: 'https://receiver.example/', subscriptions: ['*'], accountId: 42 };
const SUBJECT = { type: 'Order', id: 7 };
const CHANGES = { status: { previous: 'open', current: 'paid' } };

async function send(parts: Partial<NewWebhook>, options: HubOptions = {}) {
  const world = buildHub(options);
  await world.hub.webhooks.create({ ...INPUT, ...parts });
  const dispatching = { account: 42, subject: SUBJECT, changes: CHANGES };
  const event = await world.hub.dispatch('order.paid', { total: 5, margin: 3 }, dispatching);
  await world.hub.drain();
  const [delivery] = await world.hub.deliveries.list();
  const [request] = world.http.sent;
  return { ...world, event, delivery, request, body: String(request?.body ?? '') };
}

describe('a body', () => {
  it('is the stored bytes, unless something else is asked for', async () => {
    const { body, event } = await send({});
    expect(JSON.parse(body)).to.deep.equal({
      type: 'order.paid',
      timestamp: new Date(event.timestamp).toISOString(),
      account: { id: 42 },
      data: { total: 5, margin: 3 },
      changes: CHANGES,
      subject: SUBJECT,
    });
  });

  it('is thin where the receiver asks for the rest', async () => {
    const { body, event } = await send({ payload: 'thin' });
    expect(JSON.parse(body)).to.deep.equal({
      id: event.id,
      type: 'order.paid',
      timestamp: new Date(event.timestamp).toISOString(),
      account: { id: 42 },
      subject: SUBJECT,
    });
  });

  it('stays as it was with fresh data where its subject is no row of a bound model', async () => {
    const { body } = await send({ payload: 'fresh' });
    expect(JSON.parse(body).data).to.deep.equal({ total: 5, margin: 3 });
  });

  it('has what the account may see, without changes unless they are given', async () => {
    const serialize: HubOptions['serialize'] = ({ data, accountId }, webhook) => ({
      data: { total: (data as { total: number }).total, of: [accountId, webhook.accountId] },
    });
    const { body } = await send({}, { serialize });
    expect(JSON.parse(body)).to.deep.include({ data: { total: 5, of: [42, '42'] }, subject: SUBJECT });
    expect(JSON.parse(body)).to.not.have.property('changes');
  });

  it('is withheld where the account may see nothing, which is no failure', async () => {
    const { delivery, http } = await send({}, { serialize: () => undefined });
    expect(delivery).to.include({ state: 'cancelled', reason: 'withheld', attemptCount: 0 });
    expect(http.sent).to.deep.equal([]);
  });

  it('is asked for anew at a redeliver: who may see nothing any more gets nothing', async () => {
    let isAllowed = true;
    const serialize: HubOptions['serialize'] = ({ data }) => (isAllowed ? { data } : undefined);
    const { hub, delivery, http } = await send({}, { serialize });
    isAllowed = false;
    await hub.deliveries.redeliver(String(delivery?.id));
    await hub.drain();
    expect(http.sent).to.have.length(1);
    expect(await hub.deliveries.get(String(delivery?.id))).to.include({
      state: 'cancelled',
      reason: 'withheld',
    });
  });

  it('is what a transform makes of it, signed as it is sent', async () => {
    const transforms: HubOptions['transforms'] = {
      slack: ({ data, changes }) => ({ text: `${JSON.stringify(data)} ${changes?.status?.current}` }),
    };
    const { body, request } = await send({ transform: 'slack' }, { transforms });
    expect(JSON.parse(body)).to.deep.equal({ text: '{"total":5,"margin":3} paid' });
    expect(request?.headers).to.include({ 'content-type': 'application/json' });
  });

  it('may be no JSON', async () => {
    const form = new URLSearchParams({ total: '5' }).toString();
    const bytes = Buffer.from([0, 255, 1]);
    const transforms: HubOptions['transforms'] = {
      form: () => rawBody(form, 'application/x-www-form-urlencoded'),
      bytes: async () => rawBody(bytes, 'application/octet-stream'),
    };
    const formed = await send({ transform: 'form' }, { transforms });
    expect([formed.body, formed.request?.headers['content-type']]).to.deep.equal([
      form,
      'application/x-www-form-urlencoded',
    ]);
    const binary = await send({ transform: 'bytes' }, { transforms });
    expect(binary.request?.body).to.deep.equal(bytes);
  });

  it('is tried again later, at the cost of no attempt, where a function of the app throws', async () => {
    let isBroken = true;
    const transforms: HubOptions['transforms'] = {
      mine: ({ data }) => {
        if (isBroken) throw new Error('broken');
        return data;
      },
    };
    const { hub, delivery, http, clock, logger } = await send({ transform: 'mine' }, { transforms });
    expect(delivery).to.include({ state: 'retrying', reason: 'internal', attemptCount: 0 });
    expect(JSON.stringify(logger.lines)).to.include('mine').and.include('broken');
    isBroken = false;
    clock.advance(60_000);
    await hub.drain();
    expect(http.sent).to.have.length(1);
  });

  it('waits no longer than an attempt for a function of the app', async () => {
    const transforms: HubOptions['transforms'] = { slow: () => new Promise(() => {}) };
    const world = buildHub({ transforms });
    await world.hub.webhooks.create({ ...INPUT, transform: 'slow' });
    await world.hub.dispatch('order.paid', {}, { account: 42 });
    for (let i = 0; i < 20; i++) await new Promise(setImmediate);
    world.clock.advance(10_000);
    await world.hub.drain();
    expect((await world.hub.deliveries.list())[0]).to.include({ state: 'retrying', reason: 'internal' });
  });

  it('cannot be made by a transform that the hub does not have', async () => {
    const { hub } = buildHub({ transforms: { slack: () => ({}) } });
    const error = await expectError('VALIDATION_FAILED', () =>
      hub.webhooks.create({ ...INPUT, transform: 'slak' }),
    );
    expect(error.details.fields).to.have.property('transform').that.includes('"slack"');
  });

  for (const [what, make, problem] of [
    ['no content type', () => rawBody('x', undefined as never), /expected a content type, .* got undefined/],
    ['a line break in its content type', () => rawBody('x', 'text/plain\r\nx-a: b'), /got \\?"text/],
    ['a content type of one word', () => rawBody('x', 'xml'), /expected a content type such as/],
    ['a number for a body', () => rawBody(5 as never, 'text/plain'), /text or bytes .* got a number/],
    ['a function', () => () => {}, /expected what JSON can carry, got a function/],
    ['a number that JSON has no form for', () => ({ n: 1n }), /made what JSON cannot carry/],
  ] as readonly [string, () => unknown, RegExp][]) {
    it(`with ${what} is no fault of the receiver`, async () => {
      const { delivery, http, logger } = await send({ transform: 'mine' }, { transforms: { mine: make } });
      expect(http.sent).to.deep.equal([]);
      expect(delivery).to.include({ state: 'retrying', reason: 'internal', attemptCount: 0 });
      const [line] = logger.lines.filter(({ message }) => message === 'attempt failed on our side');
      expect(line?.fields).to.include({ code: 'ERR_HOOKLINE_TRANSFORM_FAILED' });
      expect(line?.fields.error)
        .to.match(/^The transform "mine" of the app failed: /)
        .and.match(problem);
    });
  }

  for (const [what, made, problem] of [
    ['text', 'all', /expected \{ data \} or undefined, got text/],
    ['a number', 5, /expected \{ data \} or undefined, got a number/],
    ['an object without data', {}, /got an object whose data is undefined/],
    ['null', null, /expected \{ data \} or undefined, got null/],
    ['changes that are none', { data: 1, changes: 'x' }, /expected changes as an object, got text/],
    ['what JSON cannot carry', { data: { n: 1n } }, /made what JSON cannot carry/],
  ] as readonly [string, unknown, RegExp][]) {
    it(`is not made of ${what} that serialize answers`, async () => {
      const { delivery, http, logger } = await send({}, { serialize: () => made as never });
      expect(http.sent).to.deep.equal([]);
      expect(delivery).to.include({ state: 'retrying', reason: 'internal', attemptCount: 0 });
      const [line] = logger.lines.filter(({ message }) => message === 'attempt failed on our side');
      expect(line?.fields.error)
        .to.match(/^The serialize of the app failed: /)
        .and.match(problem);
    });
  }
});
