import { expect } from 'chai';
import { judgeReply } from '../../../packages/core/src/delivery/judge-reply.js';
import { aReply } from '../../support/scripted-http-client.js';

const NOW = Date.UTC(2026, 0, 1);
const judge = (status: number, headers: Record<string, string> = {}) =>
  judgeReply(aReply({ status, headers }), NOW);

describe('judgeReply', () => {
  for (const status of [200, 201, 202, 204, 299]) {
    it(`takes ${status} for success`, () => expect(judge(status).kind).to.equal('succeeded'));
  }
  for (const status of [400, 401, 404, 408, 425, 429, 500, 502, 503, 504, 599]) {
    it(`tries again after ${status}`, () => {
      expect(judge(status)).to.include({ kind: 'retry', reason: 'status' });
    });
  }
  for (const status of [300, 301, 302, 304, 307, 308]) {
    it(`takes ${status} for a redirect that is not followed`, () => {
      expect(judge(status)).to.include({ kind: 'retry', reason: 'redirect' });
    });
  }

  for (const status of [400, 401, 402, 403, 404, 405, 409, 413, 418, 422, 451, 499]) {
    it(`gives up on ${status} where client errors are final`, () => {
      const reply = aReply({ status });
      expect(judgeReply(reply, NOW, 'give-up')).to.include({
        kind: 'give-up',
        reason: 'status',
        isGone: false,
      });
    });
  }
  for (const status of [408, 425, 429, 500, 503]) {
    it(`tries again after ${status} where client errors are final`, () => {
      expect(judgeReply(aReply({ status }), NOW, 'give-up')).to.include({ kind: 'retry' });
    });
  }

  it('tries again after a 401 to a token that may be old, where client errors are final', () => {
    const reply = { ...aReply({ status: 401 }), isTokenStale: true };
    expect(judgeReply(reply, NOW, 'give-up')).to.include({ kind: 'retry', reason: 'status' });
    expect(judgeReply({ ...reply, isTokenStale: false }, NOW, 'give-up')).to.include({ kind: 'give-up' });
  });

  it('waits for as long as a token endpoint asked for', () => {
    const reply = {
      kind: 'error',
      reason: 'auth',
      message: 'no',
      durationMs: 0,
      notBeforeMs: 5_000,
    } as const;
    expect(judgeReply(reply, NOW)).to.include({ kind: 'retry', notBeforeMs: 5_000 });
  });

  it('gives up on 410 Gone and says so', () => {
    expect(judge(410)).to.include({ kind: 'give-up', reason: 'status', isGone: true });
  });

  it('gives up on a refused address', () => {
    const reply = { kind: 'error', reason: 'refused-address', message: 'no', durationMs: 0 } as const;
    expect(judgeReply(reply, NOW)).to.include({ kind: 'give-up', isGone: false });
  });

  for (const reason of ['timeout', 'dns', 'connect', 'tls', 'reset', 'invalid-reply'] as const) {
    it(`tries again after ${reason}`, () => {
      expect(judgeReply({ kind: 'error', reason, message: 'x', durationMs: 0 }, NOW)).to.include({
        kind: 'retry',
        reason,
      });
    });
  }

  for (const [value, expected] of [
    ['120', 120_000],
    [new Date(NOW + 90_000).toUTCString(), 90_000],
    [new Date(NOW - 90_000).toUTCString(), 0],
    ['soon', 0],
    ['-5', 0],
    ['999999999', 86_400_000],
    ['9'.repeat(400), 86_400_000],
    ['Thursday, 01-Jan-26 00:02:00 GMT', 120_000],
    ['Thu Jan  1 00:02:00 2026', 120_000],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 0],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 86_400_000],
    ['2026-01-01T00:02:00Z', 0],
    ['Thu, 01 Jan 2026 00:02:00 +0900', 0],
    ['1e9', 0],
    ['0x10', 0],
    ['12.5', 0],
    ['120, 240', 0],
    ['', 0],
  ] as const) {
    it(`reads "retry-after: ${value}" on 429 and 503`, () => {
      expect(judge(429, { 'retry-after': value })).to.include({ notBeforeMs: expected });
      expect(judge(503, { 'retry-after': value })).to.include({ notBeforeMs: expected });
    });
  }

  it('ignores retry-after on other answers', () => {
    expect(judge(500, { 'retry-after': '120' })).to.include({ notBeforeMs: 0 });
  });
});
