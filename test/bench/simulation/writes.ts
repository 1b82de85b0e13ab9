import { percentile } from '../statistics.ts';
import { Agenda } from './agenda.ts';
import { FreeTimes } from './free-times.ts';
import { seededRandom } from './random.ts';

/** What a statement costs one core of Postgres. */
export interface StatementCost {
  readonly name: string;
  readonly perStatementMs: number;
  readonly perRowMs: number;
  /** So many rows go into one statement at most. */
  readonly maxRows: number;
}

export interface WritesQuestion {
  /** Deliveries, one for each event, spread evenly over the processes. */
  readonly perSec: number;
  readonly processes: number;
  readonly cores: number;
  /** How long the disk takes to make the log safe. */
  readonly fsyncMs: number;
  /** Each delivery goes through them one after the other, in statements that are grouped by process. */
  readonly steps: readonly StatementCost[];
  /** What lies between two statements of one step in a process, beside Postgres: the way there and back, its own work. */
  readonly tripMs: number;
  readonly durationMs: number;
  readonly seed: number;
}

export interface WritesAnswer {
  /** From the first write asked for to the last one safe, for what comes in the second and third quarter of the run. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly rowsPerStatement: number;
  readonly statementsPerSec: number;
  readonly flushesPerSec: number;
  /** Share of the cores in use, from 0 to 1. */
  readonly busy: number;
  /** Whether what comes in the third quarter takes hardly longer than what comes in the second. */
  readonly keepsUp: boolean;
}

const GROWTH = 1.2;

/** Calls gathered while a statement of the same process and step is under way, as `groupCalls` does. */
export function simulateWrites(question: WritesQuestion): WritesAnswer {
  const agenda = new Agenda();
  const postgres = new Postgres(agenda, question);
  const { perSec, processes, durationMs, steps } = question;
  const random = seededRandom(question.seed);
  const quarters: readonly number[][] = [[], [], [], []];
  const done = (begunAt: number): void => {
    quarters[Math.floor((begunAt / durationMs) * 4)]?.push(agenda.now - begunAt);
  };
  const { tripMs } = question;
  const lanes = Array.from({ length: processes }, () => chain(steps, { agenda, postgres, tripMs }, done));
  const arrive = (): void => {
    lanes[Math.floor(random.uniform() * processes)]?.(agenda.now);
    agenda.note(agenda.now + random.exponential(1_000 / perSec), arrive);
  };
  agenda.note(0, arrive);
  agenda.run(durationMs);
  const seconds = durationMs / 1_000;
  const [second = [], third = []] = quarters.slice(1, 3);
  const middle = [...second, ...third];
  return {
    p50Ms: percentile(middle, 0.5),
    p99Ms: percentile(middle, 0.99),
    rowsPerStatement: postgres.rows / postgres.statements,
    statementsPerSec: postgres.statements / seconds,
    flushesPerSec: postgres.flushes / seconds,
    busy: postgres.busyMs / (question.cores * durationMs),
    keepsUp: percentile(third, 0.5) < GROWTH * percentile(second, 0.5),
  };
}

type Pass = (begunAt: number) => void;

interface World {
  readonly agenda: Agenda;
  readonly postgres: Postgres;
  readonly tripMs: number;
}

/** The steps of one process, each passing on what it has done. */
function chain(steps: readonly StatementCost[], world: World, done: Pass): Pass {
  return steps.toReversed().reduce<Pass>((next, step) => groupedStep(step, world, next), done);
}

function groupedStep(step: StatementCost, { agenda, postgres, tripMs }: World, next: Pass): Pass {
  let waiting: number[] = [];
  let isBusy = false;
  const begin = (): void => {
    isBusy = waiting.length > 0;
    if (!isBusy) return;
    const rows = waiting.slice(0, step.maxRows);
    waiting = waiting.slice(step.maxRows);
    postgres.write(step, rows.length, () => {
      for (const begunAt of rows) next(begunAt);
      agenda.note(agenda.now + tripMs, begin);
    });
  };
  return (begunAt) => {
    waiting.push(begunAt);
    if (!isBusy) begin();
  };
}

/** Some cores, and one log whose flush makes all commits safe that were written before it began. */
class Postgres {
  readonly #agenda: Agenda;
  readonly #cores: FreeTimes;
  readonly #fsyncMs: number;
  #committing: (() => void)[] = [];
  #isFlushing = false;
  rows = 0;
  statements = 0;
  flushes = 0;
  busyMs = 0;

  constructor(agenda: Agenda, { cores, fsyncMs }: WritesQuestion) {
    this.#agenda = agenda;
    this.#cores = new FreeTimes(cores);
    this.#fsyncMs = fsyncMs;
  }

  write({ perStatementMs, perRowMs }: StatementCost, rows: number, done: () => void): void {
    const costMs = perStatementMs + perRowMs * rows;
    const endsAt = Math.max(this.#agenda.now, this.#cores.earliest) + costMs;
    this.#cores.replaceEarliest(endsAt);
    this.rows += rows;
    this.statements += 1;
    this.busyMs += costMs;
    this.#agenda.note(endsAt, () => {
      this.#committing.push(done);
      if (!this.#isFlushing) this.#flush();
    });
  }

  #flush(): void {
    this.#isFlushing = this.#committing.length > 0;
    if (!this.#isFlushing) return;
    const safe = this.#committing;
    this.#committing = [];
    this.flushes += 1;
    this.#agenda.note(this.#agenda.now + this.#fsyncMs, () => {
      for (const done of safe) done();
      this.#flush();
    });
  }
}
