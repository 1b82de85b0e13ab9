import { type Auth, createHub, type Hub, type HubOptions, type NewWebhook } from '@hookline/core';
import { startReceiver } from '@hookline/core/testing';
import { expect } from 'chai';
import { buildHub } from '../../support/build-hub.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { aReply, type ScriptedHttpClient } from '../../support/scripted-http-client.js';

const URL = 'https://receiver.example/hook';
const TOKEN_URL = 'https://login.example/token';
const MINUTE = 60_000;

const auth: Auth = {
  type: 'oauth2',
  tokenUrl: TOKEN_URL,
  clientId: 'id',
  clientSecret: 's3cret',
  scope: 'hooks',
};

function token(text: string, parts: Readonly<Record<string, unknown>> = {}, status = 200) {
  const answer = { access_token: text, expires_in: 600, token_type: 'bearer', ...parts };
  return aReply({ status, body: Buffer.from(JSON.stringify(answer)) });
}

async function sendWith(parts: Partial<NewWebhook>, options: HubOptions = {}) {
  const world = buildHub(options);
  const { webhook } = await world.hub.webhooks.create({ url: URL, subscriptions: ['*'], ...parts });
  const send = async () => {
    await world.hub.dispatch('order.paid', { total: 1 });
    await world.hub.drain();
  };
  return { ...world, webhook, send };
}

function authorizationsOf({ sent }: ScriptedHttpClient) {
  return sent.filter(({ url }) => url === URL).map(({ headers }) => headers.authorization);
}

async function firstAttempt(hub: Hub) {
  const [delivery] = await hub.deliveries.list();
  const [attempt] = await hub.deliveries.attempts(String(delivery?.id));
  return attempt;
}

describe('OAuth2 by client credentials', () => {
  it('gets a token once, and again before it ends', async () => {
    const { http, clock, send } = await sendWith({ auth });
    http.replyWith(token('one'), 204, 204, token('two'), 204);
    await send();
    await send();
    clock.advance(571_000);
    await send();
    const [asked, ...rest] = http.sent;
    expect(asked?.url).to.equal(TOKEN_URL);
    expect(String(asked?.body)).to.equal('grant_type=client_credentials&scope=hooks');
    expect(asked?.headers.authorization).to.equal(`Basic ${Buffer.from('id:s3cret').toString('base64')}`);
    expect(rest.map(({ url, headers }) => (url === URL ? headers.authorization : 'asked'))).to.deep.equal([
      'Bearer one',
      'Bearer one',
      'asked',
      'Bearer two',
    ]);
  });

  it('shows the client in the form where it is told to', async () => {
    const { http, send } = await sendWith({ auth: { ...auth, clientAuth: 'post', audience: 'x' } });
    http.replyWith(token('one'));
    await send();
    expect(http.sent[0]?.headers.authorization).to.equal(undefined);
    expect(Object.fromEntries(new URLSearchParams(String(http.sent[0]?.body)))).to.deep.equal({
      grant_type: 'client_credentials',
      scope: 'hooks',
      audience: 'x',
      client_id: 'id',
      client_secret: 's3cret',
    });
  });

  it('takes a new token for the attempt after one that was answered 401', async () => {
    const { http, clock, send, hub } = await sendWith({ auth });
    http.replyWith(token('one'), 401, token('two'), 204);
    await send();
    clock.advance(10_000);
    await hub.drain();
    expect(
      http.sent.filter(({ url }) => url === URL).map(({ headers }) => headers.authorization),
    ).to.deep.equal(['Bearer one', 'Bearer two']);
  });

  for (const [what, reply] of [
    ['answers 500', aReply({ status: 500 })],
    ['answers no JSON', aReply({ body: Buffer.from('<html>') })],
    ['answers without a token', aReply({ body: Buffer.from('{"access_token":""}') })],
    ['answers a redirect', aReply({ status: 302, headers: { location: 'https://else.example/' } })],
    ['answers a token of another type', token('one', { token_type: 'DPoP' })],
    ['answers a token with a line break', aReply({ body: Buffer.from('{"access_token":"a\\nb"}') })],
    ['is away', { kind: 'error', reason: 'connect', message: 'refused', durationMs: 1 }],
  ] as const) {
    it(`counts as a failed attempt where the token endpoint ${what}, and the receiver is not asked`, async () => {
      const { http, hub, send } = await sendWith({ auth });
      http.replyWith(reply);
      await send();
      const [delivery] = await hub.deliveries.list();
      expect(delivery).to.include({ state: 'retrying', reason: 'auth', attemptCount: 1 });
      const [attempt] = await hub.deliveries.attempts(String(delivery?.id));
      expect(attempt?.failureReason).to.equal('auth');
      expect(attempt?.failureMessage).to.not.include('s3cret');
      expect(http.sent.map(({ url }) => url)).to.deep.equal([TOKEN_URL]);
    });
  }

  it('asks once for many deliveries at a time', async () => {
    const { http, hub } = await sendWith({ auth });
    http.replyWith(token('one'));
    await Promise.all(Array.from({ length: 5 }, () => hub.dispatch('order.paid', {})));
    await hub.drain();
    expect(http.sent.filter(({ url }) => url === TOKEN_URL)).to.have.length(1);
    expect(http.sent).to.have.length(6);
  });

  for (const [what, reply] of [
    ['by 201', token('one', {}, 201)],
    ['without a type', token('one', { token_type: undefined })],
    ['of the type BearerToken, as Apigee has it', token('one', { token_type: 'BearerToken' })],
    ['with its life as text', token('one', { expires_in: '600' })],
  ] as const) {
    it(`takes a token that is given ${what}`, async () => {
      const { http, send } = await sendWith({ auth });
      http.replyWith(reply);
      await send();
      expect(authorizationsOf(http)).to.deep.equal(['Bearer one']);
    });
  }

  for (const [what, expiresIn, lifeMs] of [
    ['until half a minute before it ends', 600, 570_000],
    ['for half of its life where that is short', 20, 10_000],
    ['for four and a half minutes where nobody says when it ends', undefined, 270_000],
    ['for as long where it ends at no time', 'never', 270_000],
  ] as const) {
    it(`keeps a token ${what}`, async () => {
      const { http, clock, send } = await sendWith({ auth });
      http.replyWith(token('one', { expires_in: expiresIn }), 204, 204, token('two'), 204);
      await send();
      clock.advance(lifeMs - 1);
      await send();
      clock.advance(1);
      await send();
      expect(authorizationsOf(http)).to.deep.equal(['Bearer one', 'Bearer one', 'Bearer two']);
    });
  }

  it('says which of the errors of the RFC it was, and repeats nothing else of the answer', async () => {
    for (const [error, said] of [
      ['invalid_scope', 'status 400 (invalid_scope)'],
      ['s3cret', 'status 400:'],
    ] as const) {
      const { http, hub, send } = await sendWith({ auth });
      http.replyWith(aReply({ status: 400, body: Buffer.from(JSON.stringify({ error })) }));
      await send();
      const attempt = await firstAttempt(hub);
      expect(attempt?.failureMessage).to.include(said).and.not.include('s3cret');
    }
  });

  for (const status of [429, 503]) {
    it(`leaves a token endpoint alone for as long as it asks to be, by ${status}`, async () => {
      const { http, hub, clock, send } = await sendWith({ auth, retry: [1_000, 1_000] });
      http.replyWith(aReply({ status, headers: { 'retry-after': '40' } }), token('one'));
      await send();
      clock.advance(10_000);
      await send();
      const [second, first] = await hub.deliveries.list();
      expect(http.sent).to.have.length(1);
      expect([first?.nextAttemptAt, second?.nextAttemptAt]).to.deep.equal([
        clock.now() + 30_000,
        clock.now() + 30_000,
      ]);
      clock.advance(30_000);
      await hub.drain();
      expect(authorizationsOf(http)).to.deep.equal(['Bearer one', 'Bearer one']);
    });
  }

  it('asks again after a minute where the endpoint wants a day, for what is owed then', async () => {
    const { http, hub, clock, send } = await sendWith({ auth });
    http.replyWith(aReply({ status: 429, headers: { 'retry-after': '86400' } }), token('one'));
    await send();
    clock.advance(60_000);
    await send();
    const [second, first] = await hub.deliveries.list();
    expect([first?.state, second?.state]).to.deep.equal(['retrying', 'delivered']);
    expect(first?.nextAttemptAt).to.equal(clock.now() + 86_340_000);
  });

  it('asks anew after a client that threw', async () => {
    const { http, hub, clock, send } = await sendWith({ auth });
    const sending = http.send.bind(http);
    http.send = () => {
      throw new Error('broken');
    };
    await send();
    http.send = sending;
    http.replyWith(token('one'));
    clock.advance(60_000);
    await hub.drain();
    expect(authorizationsOf(http)).to.deep.equal(['Bearer one']);
  });
});

describe('a token that the receiver refuses', () => {
  const policy = { auth, clientErrors: 'give-up', retry: [1_000, 1_000, 1_000] } as const;
  const statesOf = async (hub: Hub) => (await hub.deliveries.list()).map(({ state }) => state);

  it('loses no delivery where client errors are final: the next attempt has a new one', async () => {
    const { http, hub, clock, send } = await sendWith(policy);
    http.replyWith(token('one'), 204, 401, token('two'), 204);
    await send();
    await send();
    expect(await statesOf(hub)).to.deep.equal(['retrying', 'delivered']);
    clock.advance(2_000);
    await hub.drain();
    expect(await statesOf(hub)).to.deep.equal(['delivered', 'delivered']);
    expect(authorizationsOf(http)).to.deep.equal(['Bearer one', 'Bearer one', 'Bearer two']);
  });

  it('is tried again though it was new, and judged like any client error when the next is refused, too', async () => {
    const { http, hub, clock, send } = await sendWith(policy);
    http.replyWith(token('one'), 401, token('two'), 401);
    await send();
    expect(await statesOf(hub)).to.deep.equal(['retrying']);
    clock.advance(2_000);
    await hub.drain();
    const [delivery] = await hub.deliveries.list();
    expect(delivery).to.include({ state: 'exhausted', reason: 'status', attemptCount: 2 });
  });

  it('is one refusal for all that went out with it, and no later answer to them throws the new one away', async () => {
    const { http, hub, clock, send } = await sendWith({ ...policy, retry: [1_000] });
    http.replyWith(token('one'), 204);
    await send();
    const release = http.hold();
    http.replyWith(401, 401, 401, token('two'));
    for (let i = 0; i < 3; i++) await hub.dispatch('order.paid', { i });
    const draining = hub.drain();
    while (http.sent.length < 5) await new Promise(setImmediate);
    release();
    await draining;
    clock.advance(2_000);
    await hub.drain();
    expect(await statesOf(hub)).to.deep.equal(Array(4).fill('delivered'));
    expect(http.sent.filter(({ url }) => url === TOKEN_URL)).to.have.length(2);
  });

  it('is counted by webhook, where several have the same credentials and one receiver takes what the other refuses', async () => {
    const { http, hub, clock } = await sendWith({ ...policy, subscriptions: ['order.paid'] });
    await hub.webhooks.create({ ...policy, url: `${URL}/other`, subscriptions: ['order.*'] });
    let count = 0;
    http.send = async (request) => {
      http.sent.push(request);
      if (request.url === TOKEN_URL) return token(`t${count++}`);
      return aReply({ status: request.url === URL ? 401 : 204 });
    };
    await hub.dispatch('order.paid', {});
    await hub.drain();
    await hub.dispatch('order.sent', {});
    clock.advance(2_000);
    await hub.drain();
    const deliveries = await hub.deliveries.list();
    const states = deliveries.map(({ state, attemptCount }) => [state, attemptCount]);
    expect(states).to.deep.include.members([
      ['exhausted', 2],
      ['delivered', 1],
    ]);
  });

  it('is the first again after one that was taken', async () => {
    const { http, hub, clock, send } = await sendWith(policy);
    http.replyWith(token('one'), 401, token('two'), 204, 401, token('three'), 204);
    for (const _ of ['one refused', 'two refused']) {
      await send();
      expect(await statesOf(hub)).to.include('retrying');
      clock.advance(2_000);
      await hub.drain();
    }
    expect(await statesOf(hub)).to.deep.equal(['delivered', 'delivered']);
    expect(authorizationsOf(http).at(-1)).to.equal('Bearer three');
  });

  it('is exchanged by the probe of a disabled webhook, too', async () => {
    const health = { disableAfterMs: MINUTE, minAttempts: 2, probeEveryMs: MINUTE };
    const { http, hub, clock, webhook, send } = await sendWith({ auth, retry: [] }, { health });
    const pass = async () => {
      clock.advance(MINUTE);
      for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate);
      await hub.drain();
    };
    const isActive = async () => (await hub.webhooks.get(webhook.id))?.active;
    http.replyWith(token('one', { expires_in: 86_400 }), ...Array<number>(10).fill(500));
    for (let i = 0; i < 9 && (await isActive()); i++) {
      await send();
      await pass();
    }
    const attempted = http.sent.length;
    const replies = [401, token('two'), 204];
    const { send: scripted } = http;
    http.send = async (request) => {
      await scripted.call(http, request);
      const reply = replies.shift() ?? 204;
      return typeof reply === 'number' ? aReply({ status: reply }) : reply;
    };
    for (let i = 0; i < 9 && !(await isActive()); i++) await pass();
    expect(await isActive()).to.equal(true);
    const probes = http.sent.slice(attempted);
    expect(probes.map(({ url, headers }) => (url === URL ? headers.authorization : 'asked'))).to.deep.equal([
      'Bearer one',
      'asked',
      'Bearer two',
    ]);
  });
});

describe('the deadline of an attempt with OAuth2', () => {
  /** A world in which the token endpoint takes its time; the receiver is silent where it has no status. */
  async function slowly(tokenMs: number, receiver: { readonly status?: number; readonly ms: number }) {
    const world = await sendWith({ auth, timeoutMs: 1_500 });
    const { http, clock } = world;
    http.send = async (request) => {
      http.sent.push(request);
      const isToken = request.url === TOKEN_URL;
      const durationMs = Math.min(isToken ? tokenMs : receiver.ms, request.timeoutMs);
      clock.advance(durationMs);
      if (isToken && tokenMs <= request.timeoutMs) return { ...token('one'), durationMs };
      if (!isToken && receiver.status) return aReply({ status: receiver.status, durationMs });
      return { kind: 'error', reason: 'timeout', message: 'No reply.', durationMs };
    };
    const startedAt = clock.now();
    await world.send();
    return { ...world, startedAt, attempt: await firstAttempt(world.hub) };
  }

  it('leaves to the receiver what the token left', async () => {
    const { http, attempt, clock, startedAt } = await slowly(1_300, { ms: 60_000 });
    expect(http.sent.map(({ timeoutMs }) => timeoutMs)).to.deep.equal([1_500, 200]);
    expect(attempt).to.include({ failureReason: 'timeout', durationMs: 1_500, startedAt });
    expect(attempt?.failureMessage).to.include('Getting a token took 1300 ms.');
    expect(clock.now() - startedAt).to.equal(1_500);
  });

  it('is told by the duration, where the receiver answers as well as where there is no token', async () => {
    const well = await slowly(1_200, { status: 204, ms: 100 });
    expect(well.attempt).to.include({ outcome: 'succeeded', durationMs: 1_300 });
    const hanging = await slowly(60_000, { status: 204, ms: 100 });
    expect(hanging.attempt).to.include({ failureReason: 'auth', durationMs: 1_500 });
    expect(hanging.http.sent).to.have.length(1);
  });

  it('sends nothing with a token that comes when it is over', async () => {
    const { http, attempt } = await slowly(1_500, { status: 204, ms: 1 });
    expect(attempt).to.include({ failureReason: 'auth', durationMs: 1_500 });
    expect(http.sent).to.have.length(1);
  });

  it('begins before the token, and the timestamp is that of sending', async () => {
    const { http, startedAt } = await slowly(1_300, { status: 204, ms: 1 });
    expect(http.sent[1]?.headers['webhook-timestamp']).to.equal(
      String(Math.floor((startedAt + 1_300) / 1_000)),
    );
  });

  it('holds between real servers: a slow token endpoint, and a receiver that never answers', async () => {
    const silent = await startReceiver();
    const tokens = await startReceiver();
    silent.replyWith(() => {});
    tokens.replyWith((_, response) => {
      setTimeout(() => response.end(JSON.stringify({ access_token: 't' })), 400);
    });
    const hub = createHub({
      logger: new RecordingLogger(),
      retry: [],
      delivery: { allowAddresses: ['127.0.0.0/8'] },
    });
    await hub.webhooks.create({
      url: silent.url,
      subscriptions: ['*'],
      timeoutMs: 500,
      auth: { ...auth, tokenUrl: tokens.url },
    });
    const startedAt = Date.now();
    await hub.dispatch('order.paid', {});
    await hub.drain();
    const tookMs = Date.now() - startedAt;
    const attempt = await firstAttempt(hub);
    expect(attempt).to.include({ failureReason: 'timeout' });
    expect(attempt?.durationMs).to.be.within(490, 800);
    expect(tookMs).to.be.lessThan(850);
    for (const each of [hub, silent, tokens]) await each.close();
  });
});
