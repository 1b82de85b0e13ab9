import { fakeClock } from '@hookline/core/testing';
import { expect } from 'chai';
import { Places } from '../../../packages/core/src/worker/places.js';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

function build(count: number) {
  const clock = fakeClock();
  const places = new Places(count, clock);
  const begun: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const leaves = new Map<string, () => void>();
  const occupy = (id: string) =>
    places.occupy((leave) => {
      begun.push(id);
      leaves.set(id, leave);
      return new Promise<void>((resolve, reject) => {
        ends.set(id, (error) => (error ? reject(error) : resolve()));
      });
    });
  const doMany = (times: number) =>
    Promise.all(Array.from({ length: times }, () => places.occupy(async () => {})));
  const end = (id: string, error?: Error) => ends.get(id)?.(error);
  return { clock, places, begun, occupy, doMany, end, leave: (id: string) => leaves.get(id)?.() };
}

describe('places', () => {
  it('do as much at once as there are, and the rest in the order it came', async () => {
    const { begun, occupy, end } = build(2);
    for (const id of ['a', 'b', 'c', 'd']) void occupy(id);
    await turn();
    expect(begun).to.deep.equal(['a', 'b']);
    end('b');
    await turn();
    end('a');
    await turn();
    expect(begun).to.deep.equal(['a', 'b', 'c', 'd']);
  });

  it('are free again after work that failed', async () => {
    const { begun, occupy, end } = build(1);
    const failing = occupy('a').catch((error: Error) => error.message);
    void occupy('b');
    await turn();
    end('a', new Error('broken'));
    expect(await failing).to.equal('broken');
    await turn();
    expect(begun).to.deep.equal(['a', 'b']);
  });

  it('are left before the work is over, which then counts beside them', async () => {
    const { places, begun, occupy, leave, end } = build(1);
    const first = occupy('a');
    void occupy('b');
    await turn();
    leave('a');
    leave('a');
    await turn();
    expect(begun).to.deep.equal(['a', 'b']);
    expect(places.capacity).to.equal(2);
    end('a');
    expect(await first).to.equal('done');
    expect(places.capacity).to.equal(1);
  });

  it('are kept where too much is leaving already: what is behind them is too slow', async () => {
    const { begun, occupy, leave } = build(1);
    for (let i = 0; i < 20; i += 1) void occupy(String(i));
    for (let i = 0; i < 20; i += 1) {
      await turn();
      leave(String(i));
    }
    expect(begun).to.have.length(11);
  });

  it('once closed begin nothing, and what has one goes on', async () => {
    const { places, begun, occupy, end } = build(1);
    const [running, queueing] = [occupy('a'), occupy('b')];
    await turn();
    places.close();
    expect(await queueing).to.equal('closed');
    expect(await occupy('c')).to.equal('closed');
    end('a');
    expect(await running).to.equal('done');
    expect(begun).to.deep.equal(['a']);
  });

  it('let nothing queue for long where none gets free', async () => {
    const { clock, begun, occupy, end } = build(1);
    const [running, first] = [occupy('a'), occupy('b')];
    await clock.advance(200);
    const second = occupy('c');
    await clock.advance(200);
    expect(await first).to.equal('outwaited');
    end('a');
    await running;
    end('c');
    expect(await second).to.equal('done');
    expect(begun).to.deep.equal(['a', 'c']);
  });

  it('hold no more than they do where work takes long, and up to three times as much where it is quick', async () => {
    const { clock, places, doMany } = build(10);
    expect(places.capacity).to.equal(10);
    await doMany(20);
    expect(places.capacity).to.equal(20);
    await doMany(1_000);
    expect(places.capacity).to.equal(30);
    await clock.advance(10_000);
    expect(places.capacity).to.equal(10);
  });
});
