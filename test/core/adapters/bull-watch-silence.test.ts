import { expect } from 'chai';
import { Redis } from 'ioredis';
import sinon from 'sinon';
import { watchSilence } from '../../../packages/core/src/adapters/bull/watch-silence.js';

const LIMIT_MS = 5_000;

describe('the watch over connections that fall silent', () => {
  let clock: sinon.SinonFakeTimers;
  let client: Redis;
  let answer: () => void;

  /** A connection in a state of our choice, whose server answers when we say so. */
  const be = (status: string) => sinon.stub(client, 'status').value(status);

  beforeEach(() => {
    clock = sinon.useFakeTimers();
    client = new Redis({ lazyConnect: true });
    be('ready');
    sinon.stub(client, 'disconnect');
    sinon.stub(client, 'ping').callsFake(
      () =>
        new Promise((resolve) => {
          answer = () => resolve('PONG');
        }),
    );
  });
  afterEach(() => {
    clock.restore();
    sinon.restore();
  });

  const cuts = () => (client.disconnect as sinon.SinonStub).args;

  it('cuts one that gives no answer, so that ioredis connects anew', async () => {
    const stop = watchSilence({ client, isOurs: true }, LIMIT_MS);
    await clock.tickAsync(LIMIT_MS);
    expect(cuts()).to.deep.equal([]);
    await clock.tickAsync(LIMIT_MS);
    expect(cuts()).to.deep.equal([[true]]);
    stop();
  });

  it('leaves one alone that answers, however seldom there is anything to say', async () => {
    const stop = watchSilence({ client, isOurs: true }, LIMIT_MS);
    for (let round = 0; round < 20; round++) {
      await clock.tickAsync(LIMIT_MS);
      answer();
    }
    expect(cuts()).to.deep.equal([]);
    stop();
  });

  it('cuts one whose server accepted it and never greeted', async () => {
    be('connect');
    const stop = watchSilence({ client, isOurs: true }, LIMIT_MS);
    await clock.tickAsync(2 * LIMIT_MS);
    expect(cuts()).to.deep.equal([[true]]);
    be('reconnecting');
    await clock.tickAsync(4 * LIMIT_MS);
    expect(cuts()).to.have.length(1);
    stop();
  });

  it('never cuts a connection that was supplied, and none after its end', async () => {
    watchSilence({ client, isOurs: false }, LIMIT_MS);
    watchSilence({ client, isOurs: true }, LIMIT_MS)();
    await clock.tickAsync(10 * LIMIT_MS);
    expect(cuts()).to.deep.equal([]);
    expect((client.ping as sinon.SinonStub).called).to.equal(false);
  });
});
