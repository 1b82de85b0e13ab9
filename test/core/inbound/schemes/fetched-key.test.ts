import { expect } from 'chai';
import { FetchedKeys } from '../../../../packages/core/src/inbound/schemes/fetched-key.js';
import { expectError } from '../../../support/expect-error.js';

const HOUR_MS = 3_600_000;
const now = 1_700_000_000_000;

function counted(answer: (name: string) => Promise<string> = async (name) => `key of ${name}`) {
  const asked: string[] = [];
  const keys = new FetchedKeys('acme', (name) => {
    asked.push(name);
    return answer(name);
  });
  return { keys, asked };
}

describe('keys that are fetched', () => {
  it('are fetched once for an hour, also by many at the same time', async () => {
    const { keys, asked } = counted();
    const same = await Promise.all([
      keys.get('a', now),
      keys.get('a', now),
      keys.get('a', now + HOUR_MS - 1),
    ]);
    expect(same).to.deep.equal(['key of a', 'key of a', 'key of a']);
    expect(asked).to.deep.equal(['a']);
    await keys.get('a', now + HOUR_MS);
    expect(asked).to.deep.equal(['a', 'a']);
  });

  it('are not asked for again for half a minute where that failed', async () => {
    let isDown = true;
    const { keys, asked } = counted(async (name) => {
      if (isDown) throw new Error('down');
      return name;
    });
    const failures = [keys.get('a', now), keys.get('a', now)].map((key) =>
      key.catch((error: Error) => error.message),
    );
    expect(await Promise.all(failures)).to.deep.equal(['down', 'down']);
    isDown = false;
    expect(await keys.get('a', now + 29_999).catch(() => 'still down')).to.equal('still down');
    expect(await keys.get('a', now + 30_000)).to.equal('a');
    expect(asked).to.have.length(2);
  });

  it('are fetched twenty times a minute at most, whatever forged requests name', async () => {
    const { keys, asked } = counted();
    for (let index = 0; index < 20; index++) await keys.get(`forged ${index}`, now);
    const error = await expectError('KEY_UNAVAILABLE', () => keys.get('another', now + 59_999));
    expect(error.status).to.equal(503);
    expect(await keys.get('forged 3', now)).to.equal('key of forged 3');
    expect(asked).to.have.length(20);
    expect(await keys.get('another', now + 60_000)).to.equal('key of another');
  });

  it('are a hundred at most', async () => {
    const { keys, asked } = counted();
    for (let index = 0; index <= 100; index++) await keys.get(`key ${index}`, now + index * 10_000);
    await keys.get('key 100', now + 1_000_001);
    expect(asked).to.have.length(101);
    await keys.get('key 0', now + 1_000_002);
    expect(asked).to.have.length(102);
  });
});
