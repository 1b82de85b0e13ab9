import { expect } from 'chai';
import { Agenda } from './simulation/agenda.js';
import { FreeTimes } from './simulation/free-times.js';
import { placesNeeded, simulatePlaces } from './simulation/places.js';
import { seededRandom } from './simulation/random.js';
import { simulateWrites } from './simulation/writes.js';

const hanging = { name: 'hanging', medianMs: 1, p99Ms: 2, hanging: 1 };
const ordinary = { name: 'ordinary', medianMs: 60, p99Ms: 1_000, hanging: 0 };

describe('the simulation behind docs/scaling.md', () => {
  it('draws what it says: medians, percentiles and means', () => {
    const random = seededRandom(7);
    const draws = Array.from({ length: 100_000 }, () => random.logNormal(60, 1_000)).sort((a, b) => a - b);
    expect(draws[50_000]).to.be.closeTo(60, 2);
    expect(draws[99_000]).to.be.closeTo(1_000, 60);
    const gaps = Array.from({ length: 100_000 }, () => random.exponential(10));
    expect(gaps.reduce((sum, gap) => sum + gap) / gaps.length).to.be.closeTo(10, 0.2);
  });

  it('gives each place to whoever waits longest, the one first that is free first', () => {
    const free = new FreeTimes(2);
    free.replaceEarliest(30);
    free.replaceEarliest(10);
    expect(free.earliest).to.equal(10);
    free.replaceEarliest(50);
    expect(free.earliest).to.equal(30);
  });

  it('lets things happen in the order of their instants', () => {
    const agenda = new Agenda();
    const seen: number[] = [];
    for (const at of [5, 1, 4, 2, 3, 9]) agenda.note(at, () => seen.push(at));
    agenda.note(1, () => agenda.note(1.5, () => seen.push(1.5)));
    agenda.run(8);
    expect(seen).to.deep.equal([1, 1.5, 2, 3, 4, 5]);
  });

  // Pollaczek and Khinchine: with one place, random arrivals and a constant service of S the mean wait is ρS / 2(1 - ρ)
  it('waits as long as queueing theory says', () => {
    const question = { receivers: hanging, perSec: 50, timeoutMs: 10, durationMs: 2_000_000, seed: 3 };
    expect(simulatePlaces(question, 1).waitMeanMs).to.be.closeTo(5, 0.25);
  });

  // Little: as many are in service as come in during one service
  it('has as many requests open as Little’s law says', () => {
    const question = { receivers: ordinary, perSec: 1_000, timeoutMs: 10_000, durationMs: 40_000, seed: 3 };
    const meanMs = 60 * Math.exp((Math.log(1_000 / 60) / 2.326) ** 2 / 2);
    expect(simulatePlaces(question, 500).busy).to.be.closeTo(meanMs, meanMs * 0.05);
  });

  it('finds the fewest places that are enough', () => {
    const question = { receivers: ordinary, perSec: 1_000, timeoutMs: 10_000, durationMs: 30_000, seed: 3 };
    const { places } = placesNeeded(question, { maxWaitMs: 100, step: 10 });
    expect(simulatePlaces(question, places).waitP99Ms).to.be.at.most(100);
    expect(simulatePlaces(question, places - 10).waitP99Ms).to.be.above(100);
  });

  it('is the same in every run', () => {
    const question = { receivers: ordinary, perSec: 500, timeoutMs: 1_000, durationMs: 3_000, seed: 5 };
    expect(simulatePlaces(question, 40)).to.deep.equal(simulatePlaces(question, 40));
  });

  describe('of writes in groups', () => {
    const step = { name: 'settle', perStatementMs: 1, perRowMs: 0.1, maxRows: 200 };
    const load = {
      processes: 1,
      cores: 1,
      fsyncMs: 0,
      steps: [step],
      tripMs: 0,
      durationMs: 4_000,
      seed: 1,
    };

    it('costs a lone write what its statement costs', () => {
      const answer = simulateWrites({ ...load, perSec: 5, fsyncMs: 2, tripMs: 1 });
      expect(answer.p50Ms).to.be.closeTo(3.1, 0.001);
      expect(answer.rowsPerStatement).to.be.below(1.1);
    });

    it('puts more into each statement the more there is to do', () => {
      const [few, many] = [500, 5_000].map((perSec) => simulateWrites({ ...load, perSec }));
      expect(many?.rowsPerStatement).to.be.above((few?.rowsPerStatement ?? 0) * 2);
      expect(many?.keepsUp).to.equal(true);
    });

    it('does not keep up with more than the rows alone take', () => {
      expect(simulateWrites({ ...load, perSec: 12_000 }).keepsUp).to.equal(false);
    });

    it('flushes once for all that commit meanwhile', () => {
      const answer = simulateWrites({ ...load, processes: 50, cores: 50, perSec: 20_000, fsyncMs: 10 });
      expect(answer.flushesPerSec).to.be.closeTo(100, 5);
    });
  });
});
