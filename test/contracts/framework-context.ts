import { randomUUID } from 'node:crypto';
import { Agent, type IncomingMessage, type RequestListener } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { type AnyHub, type Context, createHub, currentContext, github } from '@hookline/core';
import { expect } from 'chai';
import { RecordingLogger } from '../support/recording-logger.js';
import { signedRequest } from '../support/signed-request.js';
import { type Answer, type Sent, serving } from './framework-requests.js';

export type ContextOf = (incoming: IncomingMessage) => Context | Promise<Context>;

/** What the app of a harness is asked to be. Whatever `handle` answers is sent as JSON. */
export interface ContextApp {
  /** What `context` is given, once for each time that it is mounted; null: nothing. */
  readonly contexts: readonly (ContextOf | null)[];
  /** One of the harness's `setups`. Default: no body parser. */
  readonly setup?: string;
  /** Where `context` is mounted. Default: at the root. */
  readonly path?: string;
  /** Mounted behind it, with GitHub as the source. */
  readonly inbound?: AnyHub;
  readonly handle: (incoming: IncomingMessage, body: unknown) => unknown;
}

/** A framework as the suite drives it. Its apps answer an error with 500 and `{ message, option }`. */
export interface ContextHarness {
  /** Body parsers before and after `context`, by their names. */
  readonly setups: readonly string[];
  readonly refuse: (toContext: unknown) => void;
  listener(app: ContextApp): RequestListener;
}

export const githubSecret = 'shared secret';
export const sources = { github: github({ secret: githubSecret }) };

/** The promises of `context` that every framework package keeps. */
export function contextContract(name: string, harness: ContextHarness): void {
  describe(`${name}: the context of a request`, () => {
    reachContract(harness);
    answerContract(harness);
    requestIdContract(harness);
  });
}

const accountOf: ContextOf = ({ headers }) => ({
  actor: { type: 'user', id: 7 },
  account: Number(headers['x-account']),
});

const afterTurns = async (): Promise<Context> => {
  await turn();
  await turn();
  return currentContext();
};

function reachContract(harness: ContextHarness): void {
  for (const setup of harness.setups) {
    it(`is around async handlers, with ${setup}`, async () => {
      const handle = async (_incoming: unknown, body: unknown) => ({ body, context: await afterTurns() });
      const app = { contexts: [accountOf], setup, handle };
      await serving(harness.listener(app), async (send) => {
        const { body } = await send({
          headers: { 'x-account': '42', 'x-request-id': 'r1' },
          body: '{"a":1}',
        });
        const context = { requestId: 'r1', actor: { type: 'user', id: 7 }, account: 42 };
        expect(body).to.deep.equal({ body: { a: 1 }, context });
      });
    });
  }

  it('does not mix requests that run at the same time', async () => {
    const handle = async () => (await afterTurns()).account;
    const slow: ContextOf = async (incoming) => {
      await turn();
      return accountOf(incoming);
    };
    await serving(harness.listener({ contexts: [slow], handle }), async (send) => {
      const accounts = Array.from({ length: 20 }, (_, index) => index);
      const answers = accounts.map((account) => send({ headers: { 'x-account': String(account) } }));
      expect((await Promise.all(answers)).map(({ body }) => body)).to.deep.equal(accounts);
    });
  });

  it('is gone after the request, also for the next one on the same connection', async () => {
    const app = { contexts: [accountOf], path: '/in', handle: afterTurns };
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await serving(harness.listener(app), async (send) => {
      const headers = { 'x-account': '42' };
      const inside = await send({ headers, agent, path: '/in', body: '{}' });
      expect(inside.body).to.include({ account: 42 });
      expect((await send({ headers, agent, path: '/out', body: '{}' })).body).to.deep.equal({});
      expect(currentContext()).to.deep.equal({});
    });
    agent.destroy();
  });

  it('adds to what was known before where it is mounted twice', async () => {
    const known: ContextOf = () => ({ account: 1, requestId: 'first' });
    const more: ContextOf = () => ({ actor: { type: 'user', id: currentContext().account ?? null } });
    await serving(harness.listener({ contexts: [known, null, more], handle: afterTurns }), async (send) => {
      expect((await send({ headers: { 'x-request-id': 'r1' } })).body).to.deep.equal({
        account: 1,
        requestId: 'first',
        actor: { type: 'user', id: 1 },
      });
    });
  });

  it('is what the events of the request are dispatched with', async () => {
    const hub = createHub({ logger: new RecordingLogger() });
    const handle = async () => {
      await turn();
      const { id, ...event } = await hub.dispatch('order.paid', { total: 1 });
      return event;
    };
    await serving(harness.listener({ contexts: [accountOf], handle }), async (send) => {
      const { body } = await send({ headers: { 'x-account': '42', 'x-request-id': 'r1' } });
      expect(body).to.deep.include({ accountId: 42, requestId: 'r1', actor: { type: 'user', id: 7 } });
    });
    await hub.close();
  });

  it('is not that of an event which a sender brings', async () => {
    const hub = createHub({ logger: new RecordingLogger() });
    const app = { contexts: [accountOf], handle: () => null, inbound: hub };
    await serving(harness.listener(app), async (send) => {
      const { body, headers } = signedRequest.github({ event: 'ping', body: {}, secret: githubSecret });
      const path = '/inbound/github';
      const answer = await send({ path, headers: { ...headers, 'x-account': '42' }, body: String(body) });
      const { eventId, receiptId } = answer.body as { eventId: string; receiptId: string };
      expect(await hub.events.get(eventId)).to.deep.include({
        accountId: null,
        actor: { type: 'source', id: 'github' },
        requestId: receiptId,
      });
    });
    await hub.close();
  });
}

function answerContract(harness: ContextHarness): void {
  const send = async (contextOf: () => unknown): Promise<Answer> => {
    const app = { contexts: [contextOf as ContextOf], handle: () => 'handled' };
    return serving(harness.listener(app), (sending) => sending({}));
  };

  it('fails the request with what toContext throws or rejects with', async () => {
    const failing: readonly (() => unknown)[] = [
      () => {
        throw new Error('no session');
      },
      () => Promise.reject(new Error('no session')),
    ];
    for (const contextOf of failing)
      expect(await send(contextOf)).to.deep.equal({ status: 500, body: { message: 'no session' } });
  });

  const wrong: readonly (readonly [string, unknown])[] = [
    ['toContext()', undefined],
    ['toContext()', null],
    ['toContext()', 'user 7'],
    ['toContext()', [{ account: 42 }]],
    ['toContext().accountId', { accountId: 42 }],
    ['toContext().account', { account: '' }],
    ['toContext().account', { account: 1.5 }],
    ['toContext().actor', { actor: 'user' }],
    ['toContext().actor', { actor: { id: 7 } }],
    ['toContext().actor', { actor: { type: 'user' } }],
    ['toContext().requestId', { requestId: 'a\0' }],
    ['toContext().depth', { depth: -1 }],
  ];
  for (const [option, answer] of wrong) {
    it(`refuses an answer that is no context: ${JSON.stringify(answer)}`, async () => {
      const { status, body } = await send(async () => answer);
      expect(status).to.equal(500);
      expect(body).to.include({ option });
    });
  }

  it('takes what is undefined in an answer for not known', async () => {
    const unknown = async () => ({ actor: undefined, account: undefined, requestId: undefined });
    expect(await send(unknown)).to.deep.equal({ status: 200, body: 'handled' });
  });

  it('refuses what is no function when it is mounted', () => {
    expect(() => harness.refuse({ account: 42 })).to.throw('Option toContext: expected a function');
  });
}

function requestIdContract(harness: ContextHarness): void {
  const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
  const send = async (headers: Sent['headers'], contextOf: ContextOf | null = null): Promise<unknown> => {
    const app = { contexts: [contextOf], handle: afterTurns };
    return (await serving(harness.listener(app), (sending) => sending({ headers: headers ?? {} }))).body;
  };

  it('has the id of the request alone where it is mounted without a function', async () => {
    const named = randomUUID();
    expect(await send({ 'x-request-id': named })).to.deep.equal({ requestId: named });
    const context = (await send({})) as Context;
    expect(Object.keys(context)).to.deep.equal(['requestId']);
    expect(context.requestId).to.match(uuid);
  });

  it('takes the id of a proxy only where it is short and plain', async () => {
    expect(await send({ 'x-request-id': 'x'.repeat(200) })).to.include({ requestId: 'x'.repeat(200) });
    for (const id of ['', 'x'.repeat(201), 'one two', 'é', 'a\tb', ['one', 'two']]) {
      const { requestId } = (await send({ 'x-request-id': id })) as Context;
      expect(requestId).to.match(uuid);
    }
  });

  it("has the app's own id where that names one", async () => {
    const ownId: ContextOf = () => ({ requestId: 'span 1' });
    expect(await send({ 'x-request-id': 'r1' }, ownId)).to.include({ requestId: 'span 1' });
  });
}
