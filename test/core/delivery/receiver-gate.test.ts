import { HooklineError, memoryStore } from '@hookline/core';
import { expect } from 'chai';
import { Circuit, resolveCircuit } from '../../../packages/core/src/delivery/circuit.js';
import { retrySchedule } from '../../../packages/core/src/delivery/retry-policy.js';
import { Average, WebhookLane } from '../../../packages/core/src/delivery/webhook-lane.js';
import { buildHub } from '../../support/build-hub.js';
import { aReply } from '../../support/scripted-http-client.js';

const policy = retrySchedule([1_000, 120_000], { jitter: 0 });

describe('a circuit', () => {
  const opened = () => {
    const circuit = new Circuit(resolveCircuit());
    for (let i = 0; i < 20; i++) circuit.failed(0, policy, false);
    return circuit;
  };

  it('opens after twenty failures in a row, and no sooner', () => {
    const circuit = new Circuit(resolveCircuit());
    for (let i = 0; i < 19; i++) expect(circuit.failed(0, policy, false)).to.equal(false);
    circuit.succeeded();
    for (let i = 0; i < 19; i++) expect(circuit.failed(0, policy, false)).to.equal(false);
    expect(circuit.pass(0)).to.deep.equal({ kind: 'through' });
    expect(circuit.failed(0, policy, false)).to.equal(true);
    expect(circuit.pass(0)).to.include({ kind: 'held' });
  });

  it('opens as soon, and waits as long, as it is told to', () => {
    const circuit = new Circuit(resolveCircuit({ opensAfter: 2, maxCooldownMs: 10 }));
    expect(circuit.failed(0, policy, false)).to.equal(false);
    expect(circuit.failed(0, policy, false)).to.equal(true);
    expect(circuit.pass(10)).to.deep.equal({ kind: 'probe' });
  });

  it('can be switched off, and says what is wrong with its numbers', async () => {
    const circuit = new Circuit(resolveCircuit(false));
    for (let i = 0; i < 1_000; i++) circuit.failed(0, policy, false);
    expect(circuit.pass(0)).to.deep.equal({ kind: 'through' });
    for (const wrong of [{ opensAfter: 0 }, { maxCooldownMs: 0.5 }]) {
      expect(() => buildHub({ delivery: { circuit: wrong } })).to.throw(HooklineError, 'delivery.circuit.');
    }
  });

  it('lets one through when the retry policy would, and holds the others', () => {
    const circuit = opened();
    expect(circuit.pass(999)).to.include({ kind: 'held' });
    expect(circuit.pass(1_000)).to.deep.equal({ kind: 'probe' });
    expect(circuit.pass(1_000)).to.include({ kind: 'held' });
    circuit.abandoned();
    expect(circuit.pass(1_000), 'when nothing came of that').to.deep.equal({ kind: 'probe' });
  });

  it('waits longer after a probe that failed, a minute at most, and closes after one that did not', () => {
    const circuit = opened();
    circuit.pass(1_000);
    expect(circuit.failed(1_000, policy, true)).to.equal(false);
    expect(circuit.pass(60_999)).to.include({ kind: 'held' });
    expect(circuit.pass(61_000)).to.deep.equal({ kind: 'probe' });
    expect(circuit.succeeded()).to.equal(true);
    expect(circuit.pass(61_000)).to.deep.equal({ kind: 'through' });
  });

  it('is not opened further by attempts that began before', () => {
    const circuit = opened();
    circuit.pass(1_000);
    circuit.failed(1_000, policy, false);
    expect(circuit.pass(1_000), 'the probe is under way').to.include({ kind: 'held' });
  });

  it('spreads what it holds, over a quarter of an hour at most', () => {
    const circuit = opened();
    const untils = Array.from({ length: 2_000 }, () => {
      const passage = circuit.pass(0);
      return passage.kind === 'held' ? passage.until : 0;
    });
    expect(untils.slice(0, 3)).to.deep.equal([2_000, 3_000, 4_000]);
    expect(Math.max(...untils)).to.equal(1_000 + 15 * 60_000);
  });
});

describe('the lane of a webhook', () => {
  const build = (cap = 100) => {
    const world = {
      circuit: resolveCircuit(),
      now: () => world.at,
      random: () => 0,
      at: 0,
      usual: new Average(0.05),
    };
    const lane = new WebhookLane('wh_1', '42', cap, world);
    const fill = () => {
      while (lane.hasRoom) lane.enter({ since: world.at });
    };
    const count = () => {
      let room = 0;
      const visits: { since: number }[] = [];
      while (lane.hasRoom) {
        visits.push({ since: world.at });
        lane.enter(visits[room++] as { since: number });
      }
      for (const visit of visits) lane.leave(visit);
      return room;
    };
    return { lane, world, fill, count };
  };

  it('takes as much as its cap, half as much with each that was too much, and more with each success', () => {
    const { lane, count } = build(13);
    expect(count()).to.equal(13);
    lane.note('overloaded', 10_000);
    expect(count()).to.equal(6);
    lane.note('fine', 5);
    expect(count()).to.equal(7);
    for (let i = 0; i < 9; i++) lane.note('fine', 5);
    expect(count()).to.equal(13);
    for (let i = 0; i < 9; i++) lane.note('overloaded', 10_000);
    expect(count()).to.equal(1);
    lane.note('failed', 5);
    expect(count(), 'a failure at once is none of too much').to.equal(1);
  });

  it('is jammed where it is full and much slower than usual, and not where all are slow', () => {
    const { lane, world, fill } = build();
    fill();
    for (let i = 0; i < 30; i++) world.usual.add(10);
    world.at = 900;
    expect(lane.isJammed).to.equal(false);
    world.at = 1_100;
    expect(lane.isJammed).to.equal(true);
    for (let i = 0; i < 300; i++) world.usual.add(900);
    expect(lane.isJammed).to.equal(false);
    world.at = 5_100;
    expect(lane.isJammed).to.equal(true);
  });
});

describe('a receiver that only fails', () => {
  it('is left alone by what is due, until it answers again: then all of it goes out', async () => {
    const { hub, http, clock } = buildHub({ retry: [60_000, 60_000, 60_000] });
    await hub.webhooks.create({ url: 'https://receiver.example/', subscriptions: ['*'] });
    let status = 500;
    http.send = async (request) => {
      http.sent.push(request);
      return aReply({ status });
    };
    for (let i = 0; i < 40; i++) {
      await hub.dispatch('order.paid', { i });
      await hub.drain();
    }
    expect(http.sent).to.have.length(20);
    const held = (await hub.deliveries.list()).filter(({ hold }) => hold === 'circuit');
    expect(held).to.have.length(20);
    status = 204;
    for (let i = 0; i < 70; i++) {
      clock.advance(1_000);
      await hub.drain();
    }
    expect(await hub.deliveries.list({ state: 'delivered' })).to.have.length(40);
    expect(http.sent).to.have.length(60);
  });

  it('holds up no other: each webhook has its own', async () => {
    const store = memoryStore();
    const { hub, http } = buildHub({ store, retry: [60_000] });
    for (const name of ['bad', 'good'])
      await hub.webhooks.create({ url: `https://${name}.example/`, subscriptions: ['*'] });
    http.send = async (request) => {
      http.sent.push(request);
      return aReply({ status: request.url.includes('bad') ? 503 : 204 });
    };
    for (let i = 0; i < 30; i++) await hub.dispatch('order.paid', { i });
    await hub.drain();
    expect(http.sent.filter(({ url }) => url.includes('good'))).to.have.length(30);
  });
});
