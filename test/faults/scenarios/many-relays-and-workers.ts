import type { Scenario } from '../scenario.ts';
import { writeRows } from './write-rows.ts';

const EVENTS = { full: 10_000, short: 400 };
const EACH = { full: 4, short: 2 };
const WRITERS = 2;

/** Given several relays and workers on one database, when 10,000 events are committed, then each is received once by each webhook. */
export const manyRelaysAndWorkers: Scenario = {
  name: 'many-relays-and-workers',
  proves: 'Any number of relays and workers share the work, and none does what another does.',
  isBusy: true,
  setting: () => ({ redis: true }),

  async play(stage, size) {
    const roles = [['relay'], ['worker']] as const;
    const starting = Array.from({ length: EACH[size] }, () => roles.map((each) => stage.startHub(each)));
    await Promise.all(starting.flat());
    const rows = EVENTS[size] / WRITERS;
    await Promise.all(Array.from({ length: WRITERS }, () => writeRows(stage, { rows })));
    return { faultEndedAt: Date.now() };
  },
};
