import { sign, verify } from '@octokit/webhooks-methods';
import { expect } from 'chai';
import type { InboundRequest } from '../../../packages/core/src/inbound/source.js';
import { github } from '../../../packages/core/src/inbound/sources/github.js';
import { expectError } from '../../support/expect-error.js';
import { signedRequest } from '../../support/signed-request.js';

const secret = "It's a Secret to Everybody";
const source = github({ secret });

function request(event: string, body: string | object, headers: Record<string, string> = {}): InboundRequest {
  const signed = signedRequest.github({
    event,
    body,
    secret,
    deliveryId: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
  });
  return {
    method: 'POST',
    url: '/',
    origin: null,
    body: signed.body,
    headers: { ...signed.headers, ...headers },
  };
}

describe('github()', () => {
  it('takes id, type and the JSON as GitHub wrote it', () => {
    const body = '{"action": "opened", "issue": {"number": 1.0}}';
    expect(source.verify(request('issues', body))).to.deep.include({
      source: 'github',
      senderType: 'issues.opened',
      id: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      type: 'issues.opened',
      data: { action: 'opened', issue: { number: 1 } },
      json: body,
    });
  });

  it('names an event without an action by itself', () => {
    expect(source.verify(request('ping', { zen: 'Design for failure.' })).type).to.equal('ping');
    expect(source.verify(request('issue_comment', { action: 'created' })).type).to.equal(
      'issue_comment.created',
    );
    expect(source.verify(request('push', { action: null })).type).to.equal('push');
  });

  it('reads a form, whose signature covers the form', () => {
    const json = '{"action":"opened","title":"50 % & more ♥"}';
    const form = new URLSearchParams({ payload: json }).toString();
    const posted = request('issues', form, {
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    });
    expect(source.verify(posted)).to.include({ type: 'issues.opened', json });
  });

  it('takes a form without a payload for its fields', () => {
    const posted = request('issues', 'a=b&c=1&c=2', { 'content-type': 'application/x-www-form-urlencoded' });
    expect(source.verify(posted).data).to.deep.equal({ a: 'b', c: ['1', '2'] });
  });

  it('takes an empty body, and a request without an event name, as they are: GitHub signed them', () => {
    expect(source.verify(request('push', ''))).to.include({ type: 'push', json: 'null' });
    expect(source.verify(request('push', {}, { 'x-github-event': '' })).type).to.equal('received');
  });

  it('accepts what @octokit/webhooks-methods signs, which accepts what we sign', async () => {
    const body = '{"name":"ÄÖÜ ♥ 😀","action":"created"}';
    const theirs = request('star', body, { 'x-hub-signature-256': await sign(secret, body) });
    expect(source.verify(theirs).type).to.equal('star.created');
    const ours = signedRequest.github({ event: 'star', body, secret });
    expect(await verify(secret, body, ours.headers['x-hub-signature-256'] ?? '')).to.equal(true);
  });

  it('refuses with @octokit/webhooks-methods what is signed with another secret', async () => {
    const signature = await sign('another', '{}');
    expect(await verify(secret, '{}', signature)).to.equal(false);
    const theirs = request('star', '{}', { 'x-hub-signature-256': signature });
    await expectError('SIGNATURE_MISMATCH', () => source.verify(theirs));
  });

  it('accepts any of several secrets', async () => {
    const rotating = github({ secret: ['new one', secret] });
    expect(rotating.verify(request('ping', {})).type).to.equal('ping');
    await expectError('SIGNATURE_MISMATCH', () =>
      github({ secret: ['new one', 'other'] }).verify(request('ping', {})),
    );
  });

  it('hashes the bytes, not their text', async () => {
    const signed = signedRequest.github({ event: 'push', body: Buffer.from([0x22, 0xe9, 0x22]), secret });
    const error = await expectError('PAYLOAD_NOT_JSON', () =>
      source.verify({ method: 'POST', url: '/', origin: null, ...signed }),
    );
    expect(error.message).to.include('not UTF-8');
  });

  for (const [what, headers, code] of [
    ['no signature', { 'x-hub-signature-256': '' }, 'SIGNATURE_MISSING'],
    [
      'the SHA-1 signature alone',
      { 'x-hub-signature-256': '', 'x-hub-signature': 'sha1=00' },
      'SIGNATURE_MISSING',
    ],
    ['a signature of another length', { 'x-hub-signature-256': 'sha256=abc' }, 'SIGNATURE_MISMATCH'],
    ['a signature of nothing', { 'x-hub-signature-256': 'sha256=' }, 'SIGNATURE_MISMATCH'],
  ] as const) {
    it(`refuses ${what}`, async () => {
      await expectError(code, () => source.verify(request('push', {}, headers)));
    });
  }

  it('takes a request without a delivery id for one that cannot be known again', () => {
    expect(source.verify(request('push', {}, { 'x-github-delivery': '' })).id).to.equal(null);
  });

  it('refuses a signature header that came twice, even when both are right', async () => {
    const signature = request('push', {}).headers['x-hub-signature-256'];
    const doubled = request('push', {}, { 'x-hub-signature-256': `${signature}, ${signature}` });
    await expectError('SIGNATURE_MISMATCH', () => source.verify(doubled));
  });

  for (const body of ['{"a":', 'null,', '\ufeff{}', '{"password":"hunter2"']) {
    it(`refuses ${JSON.stringify(body)}, which is not JSON, and does not quote it`, async () => {
      const error = await expectError('PAYLOAD_NOT_JSON', () => source.verify(request('push', body)));
      expect(error.message).not.to.include('hunter2');
    });
  }

  it('refuses JSON that is nested deeper than code can walk', async () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(source.verify(request('push', nested(1_000))).type).to.equal('push');
    for (const depth of [1_002, 400_000]) {
      await expectError('PAYLOAD_NOT_JSON', () => source.verify(request('push', nested(depth))));
    }
  });

  for (const body of ['null', '[]', '"text"', '7', '{"action":{"x":1}}', '{"__proto__":{"action":"x"}}']) {
    it(`takes ${body} for a push without an action`, () => {
      expect(source.verify(request('push', body))).to.include({ type: 'push', json: body });
    });
  }
});
