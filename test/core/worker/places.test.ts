import { fakeClock } from '@hookline/core/testing';
import { expect } from 'chai';
import type { Lane } from '../../../packages/core/src/worker/lane.js';
import { Places, type Standing } from '../../../packages/core/src/worker/places.js';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

const forEver = () => new Promise<void>(() => {});

/** With room for so much at once. */
function lane(key: string, owner = key, limit = 100): Lane {
  const visits = new Set<object>();
  return {
    key,
    owner,
    isJammed: false,
    enter: (visit) => void visits.add(visit),
    leave: (visit) => void visits.delete(visit),
    get hasRoom() {
      return visits.size < limit;
    },
  };
}

function build(count: number) {
  const clock = fakeClock();
  const places = new Places(count, clock);
  const begun: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const leaves = new Map<string, () => void>();
  const occupy = (id: string, standing?: Standing) =>
    places.occupy((leave) => {
      begun.push(id);
      leaves.set(id, leave);
      return new Promise<void>((resolve, reject) => {
        ends.set(id, (error) => (error ? reject(error) : resolve()));
      });
    }, standing);
  const doMany = (times: number) =>
    Promise.all(Array.from({ length: times }, () => places.occupy(async () => {})));
  /** With as much as is let leave its place, so that what comes now keeps it. */
  const fill = async () => {
    for (let i = 0; i < 10; i++) {
      void places.occupy(forEver);
      await clock.advance(100);
      await turn();
    }
  };
  const end = (id: string, error?: Error) => ends.get(id)?.(error);
  return { clock, places, begun, occupy, doMany, fill, end, leave: (id: string) => leaves.get(id)?.() };
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
    const { clock, begun, occupy, end, fill } = build(1);
    await fill();
    const [running, first] = [occupy('a'), occupy('b')];
    await clock.advance(200);
    const second = occupy('c');
    await clock.advance(200);
    expect(await first).to.equal('outwaited');
    end('a');
    await running;
    await turn();
    end('c');
    expect(await second).to.equal('done');
    expect(begun).to.deep.equal(['a', 'c']);
  });

  it('are left by what takes long: it only waits for somebody', async () => {
    const { clock, places, begun, occupy, end } = build(1);
    const slow = occupy('a');
    void occupy('b');
    await clock.advance(100);
    await turn();
    expect(begun).to.deep.equal(['a', 'b']);
    expect(places.capacity).to.equal(2);
    end('a');
    expect(await slow).to.equal('done');
    expect(places.capacity).to.equal(1);
  });

  it('go round among owners, then among their lanes, and what was not tried goes ahead', async () => {
    const { begun, occupy, end } = build(1);
    void occupy('running');
    const [big, other, small] = [lane('big'), lane('other', 'big'), lane('small')];
    void occupy('big again', { lane: big, rank: 'again' });
    for (const id of ['big 1', 'big 2', 'big 3']) void occupy(id, { lane: big, rank: 'first' });
    void occupy('other 1', { lane: other, rank: 'first' });
    void occupy('small 1', { lane: small, rank: 'first' });
    await turn();
    for (let i = 0; i < 7; i++) {
      end(begun.at(-1) ?? '');
      await turn();
    }
    const order = ['running', 'big 1', 'small 1', 'other 1', 'big 2', 'big 3', 'big again'];
    expect(begun).to.deep.equal(order);
  });

  it('pass by a lane that is full, and come to it when it has room', async () => {
    const { begun, occupy, end } = build(3);
    const narrow = lane('narrow', 'narrow', 1);
    for (const id of ['a', 'b']) void occupy(id, { lane: narrow, rank: 'first' });
    void occupy('c', { lane: lane('wide'), rank: 'first' });
    await turn();
    expect(begun).to.deep.equal(['a', 'c']);
    end('a');
    await turn();
    expect(begun).to.deep.equal(['a', 'c', 'b']);
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
