import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request as send } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Source } from '@hookline/core';
import { clientCertificate } from '@hookline/core/sources';
import { verify as express } from '@hookline/express';
import { verify as koa } from '@hookline/koa';
import { expect } from 'chai';
import makeExpress from 'express';
import Koa from 'koa';
import { anAuthority, type Identity } from '../../../support/certificates.js';
import { expectError } from '../../../support/expect-error.js';

describe('a sender with a client certificate', () => {
  let server: Identity;
  let sender: Identity;
  let other: Identity;
  let now: number;

  before(async () => {
    const { issue } = await anAuthority('Hookline tests');
    now = Date.now() + 60_000;
    [server, sender, other] = await Promise.all([issue('localhost'), issue('sender'), issue('other')]);
  });

  const sourceFor = (...pinned: readonly Identity[]): Source =>
    clientCertificate({ secret: pinned.map(({ cert }) => cert), type: { path: 'event' } });
  const apps = {
    Express: (source: Source) =>
      makeExpress().post('/', express(source), (req, res) => void res.json({ type: req.webhook?.type })),
    Koa: (source: Source) =>
      new Koa()
        .use(koa(source))
        .use((ctx) => {
          ctx.body = { type: ctx.state.webhook?.type };
        })
        .callback(),
  };

  async function statusOf(app: ReturnType<(typeof apps)['Koa']>, identity: Identity | null): Promise<number> {
    const tls = { key: server.privateKey, cert: server.cert, requestCert: true, rejectUnauthorized: false };
    const listening = createServer(tls, app).listen(0, '127.0.0.1');
    await once(listening, 'listening');
    const { port } = listening.address() as AddressInfo;
    const own = identity === null ? {} : { key: identity.privateKey, cert: identity.cert };
    const request = send({
      host: '127.0.0.1',
      port,
      method: 'POST',
      rejectUnauthorized: false,
      agent: false,
      ...own,
    });
    request.end('{"event":"order.paid"}');
    const [response] = await once(request, 'response');
    response.resume();
    await once(response, 'end');
    listening.close();
    return response.statusCode;
  }

  for (const [name, toApp] of Object.entries(apps)) {
    it(`is known by its connection in ${name}, and nobody else is`, async () => {
      const app = toApp(sourceFor(sender)) as ReturnType<(typeof apps)['Koa']>;
      const silent = app as unknown as { silent?: boolean };
      silent.silent = true;
      expect(await statusOf(app, sender)).to.equal(200);
      expect(await statusOf(app, other)).to.equal(401);
      expect(await statusOf(app, null)).to.equal(401);
    });
  }

  const shown = (pem: string | null) => ({ secret: sender.cert, certificateOf: () => pem });
  const request = { headers: {}, body: '{}' };

  it('is known by what a proxy says, where the app asks it', async () => {
    expect(clientCertificate(shown(sender.cert)).verify(request, now).source).to.equal('client_certificate');
    await expectError('SIGNATURE_MISMATCH', () => clientCertificate(shown(other.cert)).verify(request, now));
    await expectError('SIGNATURE_MISMATCH', () =>
      clientCertificate(shown('no certificate')).verify(request, now),
    );
    await expectError('SIGNATURE_MISSING', () => clientCertificate(shown(null)).verify(request, now));
  });

  it('is pinned by a fingerprint, too, with colons or without, and by several', () => {
    const { fingerprint256 } = new X509Certificate(sender.cert);
    for (const secret of [
      fingerprint256,
      fingerprint256.replaceAll(':', '').toLowerCase(),
      [other.cert, fingerprint256],
    ])
      clientCertificate({ secret, certificateOf: () => new X509Certificate(sender.cert) }).verify(
        request,
        now,
      );
  });

  it('is refused when its certificate is over, or not yet valid', async () => {
    const source = clientCertificate(shown(sender.cert));
    for (const at of [Date.parse('2001-01-01'), Date.parse('2091-01-01')])
      await expectError('SIGNATURE_MISMATCH', () => source.verify(request, at));
  });

  it('is refused on a connection without TLS', async () => {
    await expectError('SIGNATURE_MISSING', () =>
      sourceFor(sender).verify({ ...request, raw: { socket: {} } }, now),
    );
    await expectError('SIGNATURE_MISSING', () => sourceFor(sender).verify(request, now));
  });

  it('is made of no secret but a certificate or a fingerprint', async () => {
    for (const secret of ['no fingerprint', 'AB:CD', '']) {
      const error = await expectError(secret === '' ? 'SOURCE_SECRET_MISSING' : 'OPTION_INVALID', () =>
        clientCertificate({ secret }),
      );
      expect(error.message).to.not.include('no fingerprint');
    }
  });

  it('signs nothing', async () => {
    await expectError('SIGN_UNSUPPORTED', () => sourceFor(sender).sign());
  });
});
