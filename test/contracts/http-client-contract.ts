import type { HttpClient, OutboundRequest } from '@hookline/core';
import { type Receiver, startReceiver } from '@hookline/core/testing';
import { expect } from 'chai';

const aRequest = (url: string, parts: Partial<OutboundRequest> = {}): OutboundRequest => ({
  url,
  headers: { 'content-type': 'application/json', 'x-test': 'a' },
  body: Buffer.from('{"snowman":"☃"}'),
  timeoutMs: 2_000,
  maxResponseBytes: 100,
  ...parts,
});

/** What every HttpClient must do. `make` gives a client that may reach 127.0.0.1. */
export function httpClientContract(name: string, make: () => HttpClient): void {
  describe(`HttpClient: ${name}`, () => {
    let client: HttpClient;
    let receiver: Receiver;

    before(async () => {
      receiver = await startReceiver();
      client = make();
    });
    after(async () => {
      await client.close();
      await receiver.close();
    });

    it('posts the exact bytes and headers, and answers status, headers and body', async () => {
      receiver.replyWith((_, response) => response.writeHead(201, { 'x-a': ['1', '2'] }).end('made'));
      const reply = await client.send(aRequest(receiver.url));
      expect(reply).to.deep.include({ kind: 'response', status: 201, body: Buffer.from('made') });
      expect(reply.kind === 'response' && reply.headers['x-a']).to.equal('1, 2');
      const request = receiver.requests.at(-1);
      expect(request).to.include({ method: 'POST', path: '/hook' });
      expect(request?.headers).to.include({ 'x-test': 'a', 'content-length': '17' });
      expect(request?.body.toString()).to.equal('{"snowman":"☃"}');
    });

    it('does not follow a redirect', async () => {
      receiver.replyWith((_, response) => response.writeHead(302, { location: '/elsewhere' }).end());
      const before = receiver.requests.length;
      expect(await client.send(aRequest(receiver.url))).to.include({ kind: 'response', status: 302 });
      expect(receiver.requests.length - before).to.equal(1);
    });

    it('keeps no more of the reply than asked for', async () => {
      receiver.replyWith((_, response) => response.writeHead(200).end(Buffer.alloc(3_000_000, 'x')));
      const reply = await client.send(aRequest(receiver.url));
      expect(reply.kind === 'response' && reply.body.length).to.equal(100);
    });

    it('gives up at the deadline on a receiver that never answers', async () => {
      receiver.replyWith(() => {});
      const reply = await client.send(aRequest(receiver.url, { timeoutMs: 150 }));
      expect(reply).to.include({ kind: 'error', reason: 'timeout' });
      expect(reply.durationMs).to.be.within(100, 1_000);
    });

    it('gives up at the deadline on a reply that only drips', async () => {
      receiver.replyWith((_, response) => {
        response.writeHead(200);
        const drip = setInterval(() => response.write('.'), 20);
        response.on('close', () => clearInterval(drip));
      });
      const reply = await client.send(aRequest(receiver.url, { timeoutMs: 300 }));
      expect(reply).to.include({ kind: 'error', reason: 'timeout' });
    });

    it('says that nothing listens, that a name is unknown, and that a connection broke', async () => {
      const refused = await client.send(aRequest('http://127.0.0.1:2/'));
      expect(refused).to.include({ kind: 'error', reason: 'connect' });
      const unknown = await client.send(aRequest('http://nowhere.invalid/'));
      expect(unknown).to.include({ kind: 'error', reason: 'dns' });
      receiver.replyWith((_, response) => void response.socket?.resetAndDestroy());
      const fresh = make();
      const broken = await fresh.send(aRequest(receiver.url));
      expect(broken).to.include({ kind: 'error', reason: 'reset' });
      await fresh.close();
    });

    it('says that a reply is no HTTP', async () => {
      receiver.replyWith((_, response) => void response.socket?.end('nonsense\r\n\r\n'));
      expect(await client.send(aRequest(receiver.url))).to.include({
        kind: 'error',
        reason: 'invalid-reply',
      });
    });

    it('uses connections again', async () => {
      const sockets = new Set<unknown>();
      const fresh = make();
      for (let i = 0; i < 10; i++) {
        receiver.replyWith((_, response) => {
          sockets.add(response.socket);
          response.writeHead(204).end();
        });
        await fresh.send(aRequest(receiver.url));
      }
      await fresh.close();
      expect(sockets.size).to.be.at.most(2);
    });
  });
}
