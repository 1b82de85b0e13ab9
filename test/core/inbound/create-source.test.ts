import { createHub, github, hmac, sharedToken, stripe } from '@hookline/core';
import { mountInbound } from '@hookline/core/adapter';
import { meta, slack } from '@hookline/core/sources';
import { expect } from 'chai';
import { defineSender } from '../../../packages/core/src/inbound/create-source.js';
import { signed } from '../../../packages/core/src/inbound/schemes/signed.js';
import { expectError } from '../../support/expect-error.js';
import { RecordingLogger } from '../../support/recording-logger.js';

const secret = 'a secret';
const now = 1_700_000_000_000;

const urlSigner = defineSender({
  kind: 'url_signer',
  title: 'URL signer',
  docs: 'https://example.com',
  evidence: 'docs',
  scheme: signed({ signature: 'X-Signature', message: '{method}{url}{body}' }),
});

describe('the options of a source', () => {
  for (const [what, make] of [
    ['a tolerance for a sender that signs no timestamp', () => github({ secret, toleranceS: 60 })],
    ['a URL for a sender that signs none', () => stripe({ secret, url: 'https://example.com' })],
    ['a URL without a host', () => urlSigner({ secret, url: '/hooks' })],
    ['a tolerance of 0', () => stripe({ secret, toleranceS: 0 })],
    ['half a tolerance', () => stripe({ secret, toleranceS: { past: 60 } as never })],
    ['an account that is no function', () => stripe({ secret, account: 'acme' as never })],
    ['an answer that is no function', () => stripe({ secret, respond: { status: 200 } as never })],
  ] as const) {
    it(`are refused: ${what}`, async () => {
      await expectError('OPTION_INVALID', make);
    });
  }

  for (const [meant, make] of [
    ['toleranceS', () => stripe({ secret, tolerance: 5 } as never)],
    ['account', () => stripe({ secret, acount: () => null } as never)],
    ['encoding', () => hmac({ secret, header: 'X-Sig', encodng: 'base64' } as never)],
    ['verifyToken', () => meta({ secret, verifytoken: 'x' } as never)],
  ] as const) {
    it(`are refused where they are misspelt: ${meant}`, async () => {
      expect((await expectError('OPTION_INVALID', make)).message).to.include(`did you mean ${meant}?`);
    });
  }

  for (const field of ['data.object', {}, { pth: 'a' }, { header: 'X-A', path: 'a' }, null]) {
    it(`are refused where they tell no place in a request: ${JSON.stringify(field)}`, async () => {
      await expectError('OPTION_INVALID', () => stripe({ secret, subject: field as never }));
      await expectError('OPTION_INVALID', () => hmac({ secret, header: 'X-Sig', id: field as never }));
    });
  }

  for (const subject of [{}, Promise.resolve('x'), false, undefined]) {
    it(`are refused where a subject is no text but ${Object.prototype.toString.call(subject)}`, async () => {
      const source = stripe({ secret, subject: () => subject as never });
      await expectError('OPTION_INVALID', () => source.verify(source.sign({ now }), now));
    });
  }

  it('take an origin with a slash behind it for an origin, and refuse what is no URL', async () => {
    const url = 'https://app.example.com/hooks?a=1';
    const signed = urlSigner({ secret }).sign({ url });
    const behind = { ...signed, url: '/hooks?a=1', origin: 'http://10.0.0.1' };
    for (const told of ['https://app.example.com', 'https://app.example.com/', url])
      expect(() => urlSigner({ secret, url: told }).verify(behind)).not.to.throw();
    for (const told of ['/hooks', Promise.resolve(url), undefined])
      await expectError('OPTION_INVALID', () =>
        urlSigner({ secret, url: () => told as never }).verify(behind),
      );
  });

  it('look a secret up once for each request, challenge and all', async () => {
    let count = 0;
    const source = slack({
      secret: async () => {
        count += 1;
        return secret;
      },
    });
    const { routes } = mountInbound(createHub({ logger: new RecordingLogger() }), {
      sources: { slack: source },
    });
    const { headers, body } = slack({ secret }).sign({ data: { type: 'event_callback', event_id: 'Ev1' } });
    const response = await routes[0]?.handle({
      ...{ method: 'POST', url: '/', origin: null, params: { source: 'slack' }, query: {}, raw: null },
      ...{ headers, remoteAddress: null, bytes: async () => body, json: async () => null },
    });
    expect([response?.status, count]).to.deep.equal([200, 1]);
  });

  it('widen the sides that a sender limits, and both where both are told', () => {
    const ahead = stripe({ secret }).sign({ now: now + 10_000_000 });
    expect(() => stripe({ secret, toleranceS: 60 }).verify(ahead, now)).not.to.throw();
    const limited = stripe({ secret, toleranceS: { past: 60, future: 60 } });
    expect(() => limited.verify(ahead, now)).to.throw(/60 s allowed/);
    const old = stripe({ secret }).sign({ now: now - 10_000_000 });
    expect(() => stripe({ secret, toleranceS: Number.POSITIVE_INFINITY }).verify(old, now)).not.to.throw();
  });

  it('tell whose a request is and what it is about', async () => {
    const source = stripe<{ customer: string; account?: string }>({
      secret,
      subject: (webhook) => webhook.data.customer,
      account: (webhook) => webhook.data.account ?? null,
    });
    const request = source.sign({ data: { customer: 'cus_1', account: 'acct_7' } });
    const webhook = source.verify(request);
    expect(webhook.subject).to.equal('cus_1');
    const received = { method: 'POST', url: '/', origin: null, headers: {}, body: Buffer.alloc(0) };
    expect(source.accountOf(webhook, received)).to.equal('acct_7');
    const byPath = stripe({ secret, subject: { path: 'customer' } });
    expect(byPath.verify(request).subject).to.equal('cus_1');
  });

  it('never take an account that is not there for nobody', async () => {
    const source = stripe({ secret, account: () => undefined as never });
    const webhook = source.verify(source.sign());
    const received = { method: 'POST', url: '/', origin: null, headers: {}, body: Buffer.alloc(0) };
    await expectError('OPTION_INVALID', () => source.accountOf(webhook, received));
  });
});

describe('a secret that is looked up', () => {
  const secrets = new Map([
    ['7', ['new secret', 'old secret']],
    ['8', ['another']],
  ]);
  const source = stripe({ secret: ({ headers }) => secrets.get(headers['x-tenant'] ?? '') });
  const of = (tenant: string, signer: string) =>
    source.sign({ secret: signer, headers: { 'x-tenant': tenant } });

  it('is that of the request, and each of several counts', async () => {
    for (const [tenant, signer] of [
      ['7', 'new secret'],
      ['7', 'old secret'],
      ['8', 'another'],
    ] as const) {
      expect(await source.verify(of(tenant, signer))).to.include({ source: 'stripe' });
    }
    await expectError('SIGNATURE_MISMATCH', () => source.verify(of('8', 'new secret')));
  });

  it('refuses a request of nobody known, and one whose secret is empty', async () => {
    await expectError('SECRET_UNKNOWN', () => source.verify(of('9', 'another')));
    const empty = stripe({ secret: async () => '' });
    await expectError('SOURCE_SECRET_MISSING', () => empty.verify(of('7', 'another')));
  });

  it('rejects with what the lookup throws', async () => {
    const failing = stripe({
      secret: async () => {
        throw new Error('vault sealed');
      },
    });
    const outcome = await failing.verify(of('7', 'another')).catch((error: Error) => error.message);
    expect(outcome).to.equal('vault sealed');
  });
});

describe('a URL that is signed', () => {
  const path = '/hooks/inbound/x?tenant=7';
  const whole = `https://app.example.com${path}`;
  const request = urlSigner({ secret }).sign({ url: whole, data: {} });
  const behindProxy = { ...request, url: path };

  it('is taken whole, or from the origin that the framework knows', () => {
    const source = urlSigner({ secret });
    expect(() => source.verify(request)).not.to.throw();
    expect(() => source.verify({ ...behindProxy, origin: 'https://app.example.com' })).not.to.throw();
    expect(() => source.verify({ ...behindProxy, origin: 'http://10.0.0.7:3000' })).to.throw(/matches/);
  });

  it('is what the option says: an origin, the whole, or what a function answers', () => {
    const origin = 'http://10.0.0.7:3000';
    for (const url of ['https://app.example.com', whole, () => whole]) {
      expect(() => urlSigner({ secret, url }).verify({ ...behindProxy, origin })).not.to.throw();
    }
  });

  it('is never made of a header that a client chooses', async () => {
    const headers = { ...request.headers, host: 'app.example.com', 'x-forwarded-proto': 'https' };
    await expectError('OPTION_INVALID', () => urlSigner({ secret }).verify({ ...behindProxy, headers }));
  });
});

describe('what a source needs of a request', () => {
  it('is told clearly where it is not there', async () => {
    const source = github({ secret });
    await expectError('OPTION_INVALID', () => source.verify({ headers: {}, body: { a: 1 } as never }));
    await expectError('OPTION_INVALID', () => source.verify({ body: '{}' } as never));
    await expectError('SOURCE_SECRET_MISSING', () => github({} as never));
    await expectError('SOURCE_SECRET_MISSING', () => (github as unknown as () => unknown)());
  });

  it('is found under header names in any case, and in fetch Headers', () => {
    const source = hmac({ secret, header: 'X-Signature' });
    const { headers, body } = source.sign({ data: {} });
    const upper = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]),
    );
    expect(source.verify({ headers: upper, body }).data).to.deep.equal({});
    expect(source.verify({ headers: new Headers(headers), body }).data).to.deep.equal({});
  });

  it('is refused where a header comes twice', async () => {
    const source = hmac({ secret, header: 'X-Signature' });
    const { headers, body } = source.sign({ data: {} });
    const signature = headers['x-signature'] ?? '';
    await expectError('SIGNATURE_MISMATCH', () =>
      source.verify({ headers: { ...headers, 'x-signature': [signature, signature] as never }, body }),
    );
  });
});

describe('a token that is shown', () => {
  const make = defineSender({
    kind: 'shower',
    title: 'Shower',
    docs: 'https://example.com',
    evidence: 'docs',
    scheme: sharedToken({ query: 'token' }),
  });

  it('is compared whole', async () => {
    const source = make({ secret: ['new token', 'old token'] });
    const request = source.sign({ secret: 'old token', data: {} });
    expect(source.verify(request).data).to.deep.equal({});
    await expectError('SIGNATURE_MISMATCH', () => source.verify({ ...request, url: '/?token=old' }));
    await expectError('SIGNATURE_MISSING', () => source.verify({ ...request, url: '/?token=' }));
  });
});
