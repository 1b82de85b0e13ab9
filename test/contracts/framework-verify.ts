import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, type RequestListener, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AnySource, defineSender, github, hmac, signed, type VerifiedRequest } from '@hookline/core';
import type { VerifyOptions } from '@hookline/core/adapter';
import { expect } from 'chai';
import { expectError } from '../support/expect-error.js';

export type Parser = 'none' | 'in front' | 'captured' | 'behind';

/** What the app of a harness is asked to be: `verify(source)`, and a handler behind it that answers 200. */
export interface VerifyApp {
  readonly source: AnySource;
  readonly maxBodyBytes?: number;
  /** A JSON parser. Default: none. */
  readonly parser?: Parser;
  /** Default: the framework's own, so that an error is answered with its status. */
  readonly hasErrorHandler?: boolean;
  readonly isProxyTrusted?: boolean;
  /** Whether the handler asks a middleware that did not run. */
  readonly asksAnother?: boolean;
  readonly sees?: (incoming: IncomingMessage) => void;
}

/**
 * A framework as the suite drives it. The handler answers `{ onRequest, fromOf, parsed }`: what is on the request, what
 * `of` has, the parser's body; the app's error handler `{ code, status, statusCode, expose }`.
 */
export interface VerifyHarness {
  verify(source: unknown, options?: VerifyOptions): unknown;
  listener(app: VerifyApp): RequestListener;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** As an app's handler would answer it. */
export function describeWebhook(webhook: VerifiedRequest | undefined): unknown {
  if (webhook === undefined) return null;
  const { body, ...rest } = webhook;
  return { ...rest, hex: body.toString('hex') };
}

const secret = 'It is a secret to everybody';
const source = github({ secret });
const text = '{ "action": "opened","price":1.0 }';
const { headers: signedHeaders } = source.sign({ body: text, type: 'issues', id: 'one' });
const expected = {
  source: 'github',
  id: 'one',
  type: 'issues.opened',
  senderType: 'issues.opened',
  subject: null,
  data: { action: 'opened', price: 1 },
  json: text,
  hex: Buffer.from(text).toString('hex'),
};

/** A sender that tries the URL with a word, in a request that it signs. */
const trying = defineSender({
  kind: 'trying',
  title: 'Trying',
  docs: '',
  evidence: 'single',
  scheme: signed({ signature: 'x-signature' }),
  handshake(request, { check }) {
    const word = request.query('challenge');
    if (word === null) return null;
    check();
    return { status: 203, headers: { 'x-tried': 'yes' }, body: word };
  },
})({ secret });

/** The promises of `verify` that every framework package keeps. */
export function verifyContract(name: string, harness: VerifyHarness): void {
  describe(`${name}: verify`, () => {
    acceptContract(harness);
    refuseContract(harness);
    originContract(harness);
  });
}

function acceptContract(harness: VerifyHarness): void {
  for (const parser of ['none', 'captured', 'behind'] as const) {
    it(`puts the verified request on the request, with the parser: ${parser}`, async () => {
      const { status, body } = await post(harness, { source, parser });
      expect(status).to.equal(200);
      expect(body.onRequest).to.deep.equal(expected);
      expect(body.fromOf).to.deep.equal(expected);
    });
  }

  it('leaves the body to a parser, in front of it or behind', async () => {
    for (const parser of ['captured', 'behind'] as const) {
      const { body } = await post(harness, { source, parser });
      expect(body.parsed, parser).to.deep.equal({ action: 'opened', price: 1 });
    }
    expect((await post(harness, { source })).body).to.not.have.property('parsed');
  });

  it('takes a source whose secret is looked up', async () => {
    const lookup = github({ secret: async ({ url }) => (url === '/hook?tenant=1' ? secret : null) });
    const known = await post(harness, { source: lookup }, { path: '/hook?tenant=1' });
    expect(known.body.fromOf).to.deep.equal(expected);
    const unknown = await post(harness, { source: lookup, hasErrorHandler: true });
    expect(unknown.body).to.include({ code: 'ERR_HOOKLINE_SECRET_UNKNOWN', status: 401 });
  });

  it('answers a sender that tries the URL, and the handler hears nothing of it', async () => {
    const { headers } = trying.sign({ body: '' });
    const path = '/hook?challenge=word';
    const answer = await post(harness, { source: trying }, { path, headers, body: '' });
    expect(answer).to.deep.include({ status: 203, body: { text: 'word' } });
    expect(answer.headers).to.include({ 'x-tried': 'yes' });
    const forged = await post(harness, { source: trying }, { path, headers: {}, body: '' });
    expect(forged.status).to.equal(401);
  });

  it('lets the connection serve the next request, and the request come to its end', async () => {
    const closed: Promise<unknown>[] = [];
    const sees = (incoming: IncomingMessage) => void closed.push(once(incoming, 'close'));
    await serving(harness.listener({ source, sees }), async (port) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (const path of ['/hook', '/hook', '/hook']) {
        const answer = await exchange(port, { path, headers: signedHeaders, body: text, agent });
        expect(answer.status).to.equal(200);
      }
      await Promise.all(closed);
      expect(closed).to.have.length(3);
      agent.destroy();
    });
  });
}

function refuseContract(harness: VerifyHarness): void {
  const forged = { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` };
  const big = `{"a":"${'x'.repeat(2_000)}"}`;
  const cases: readonly (readonly [string, Partial<VerifyApp>, Partial<Sent>, string, number, boolean])[] = [
    ['without a signature', {}, { headers: {} }, 'SIGNATURE_MISSING', 401, true],
    ['that is forged', {}, { headers: forged }, 'SIGNATURE_MISMATCH', 401, true],
    ['that is too large', { maxBodyBytes: 1_000 }, { body: big }, 'BODY_TOO_LARGE', 413, true],
    [
      'whose gzip is broken',
      {},
      { headers: { ...signedHeaders, 'content-encoding': 'gzip' } },
      'BODY_UNREADABLE',
      400,
      true,
    ],
    ['whose bytes are gone', { parser: 'in front' }, {}, 'BODY_ALREADY_PARSED', 500, true],
    ['in the handler of another middleware', { asksAnother: true }, {}, 'WEBHOOK_NOT_VERIFIED', 500, false],
  ];
  for (const [title, app, sent, name, status, expose] of cases) {
    it(`gives a request ${title} to the app's error handler: ${name}`, async () => {
      const code = `ERR_HOOKLINE_${name}`;
      const { body } = await post(harness, { source, ...app, hasErrorHandler: true }, sent);
      expect(body).to.deep.equal({ code, status, statusCode: status, expose });
    });

    it(`has a request ${title} answered with ${status} where the app has no error handler`, async () => {
      expect((await post(harness, { source, ...app }, sent)).status).to.equal(status);
    });
  }

  it('refuses at once what is no source, or no limit', async () => {
    for (const wrong of ['x', null, undefined, 42, {}, () => source]) {
      const error = await expectError('OPTION_INVALID', () => harness.verify(wrong));
      expect(error.message).to.contain('github({ secret })');
    }
    await expectError('OPTION_INVALID', () => harness.verify(source, { maxBodyBytes: 0 }));
  });
}

function originContract(harness: VerifyHarness): void {
  const bySelf = hmac({ secret, header: 'x-signature', template: '{url}{body}' });
  const signedFor = (url: string) => bySelf.sign({ url, body: text }).headers;
  const statusOf = async (url: string, headers: Record<string, string>, isProxyTrusted: boolean) => {
    const sent = { path: '/hook?a=1', headers: { ...signedFor(url), ...headers } };
    return (await post(harness, { source: bySelf, isProxyTrusted }, sent)).status;
  };

  it('knows the URL that a sender signed, with its port, without a proxy', async () => {
    const host = { host: 'app.example:8443' };
    expect(await statusOf('http://app.example:8443/hook?a=1', host, false)).to.equal(200);
    expect(await statusOf('http://app.example/hook?a=1', host, false)).to.equal(401);
  });

  it('believes the headers of a proxy only where the app told its framework so', async () => {
    const headers = {
      host: 'inside:3000',
      'x-forwarded-host': 'app.example:8443',
      'x-forwarded-proto': 'https',
    };
    expect(await statusOf('https://app.example:8443/hook?a=1', headers, true)).to.equal(200);
    expect(await statusOf('https://app.example:8443/hook?a=1', headers, false)).to.equal(401);
    expect(await statusOf('http://inside:3000/hook?a=1', headers, false)).to.equal(200);
  });
}

interface Sent {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly agent?: Agent;
}

function post(harness: VerifyHarness, app: VerifyApp, sent: Partial<Sent> = {}): Promise<Answer> {
  const whole = { path: '/hook', headers: signedHeaders, body: text, ...sent };
  return serving(harness.listener(app), (port) => exchange(port, whole));
}

async function serving<Value>(
  listener: RequestListener,
  work: (port: number) => Promise<Value>,
): Promise<Value> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await work((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function exchange(port: number, { path, headers, body, agent }: Sent): Promise<Answer> {
  const all = { 'content-type': 'application/json', ...headers };
  const call = send({ port, host: '127.0.0.1', method: 'POST', path, headers: all, ...(agent && { agent }) });
  call.end(body);
  const [response] = await once(call, 'response');
  const answer = Buffer.concat(await response.toArray()).toString();
  const isJson = String(response.headers['content-type']).includes('json');
  return {
    status: response.statusCode,
    headers: response.headers,
    body: isJson ? JSON.parse(answer) : { text: answer },
  };
}
