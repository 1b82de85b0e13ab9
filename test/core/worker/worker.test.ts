import type { Job, JobHandler, JobKind, Queue } from '@hookline/core';
import { expect } from 'chai';
import { type ClaimedWork, Worker, type WorkSource } from '../../../packages/core/src/worker/worker.js';
import { RecordingLogger } from '../../support/recording-logger.js';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Work that lies in a store, and ends when the test says so. */
class Shelf implements WorkSource {
  readonly due: string[];
  readonly letGoOf: string[] = [];
  readonly begun: string[] = [];
  readonly #ends = new Map<string, (error?: Error) => void>();

  constructor(due: readonly string[]) {
    this.due = [...due];
  }

  async claim(id: string): Promise<ClaimedWork | null> {
    const index = this.due.indexOf(id);
    if (index === -1) return null;
    this.due.splice(index, 1);
    return this.#work(id);
  }

  async take(limit: number): Promise<readonly ClaimedWork[]> {
    return this.due.splice(0, limit).map((id) => this.#work(id));
  }

  async letGo(id: string): Promise<void> {
    this.letGoOf.push(id);
  }

  end(id: string, error?: Error): void {
    this.#ends.get(id)?.(error);
  }

  #work(id: string): ClaimedWork {
    const perform = () => {
      this.begun.push(id);
      return new Promise<void>((resolve, reject) => {
        this.#ends.set(id, (error) => (error ? reject(error) : resolve()));
      });
    };
    return { id, perform };
  }
}

/** A store whose answers come when, and as, the test says. */
class SlowShelf implements WorkSource {
  readonly begun: string[] = [];
  readonly #asked: { readonly what: string; readonly resolve: (ids: readonly string[]) => void }[] = [];

  async claim(): Promise<ClaimedWork | null> {
    const [id] = await this.#ask('claim');
    return id === undefined ? null : this.#work(id);
  }

  async take(): Promise<readonly ClaimedWork[]> {
    return (await this.#ask('take')).map((id) => this.#work(id));
  }

  async letGo(): Promise<void> {
    await this.#ask('letGo');
  }

  async answer(what: string, ids: readonly string[]): Promise<void> {
    await turn();
    const index = this.#asked.findIndex((question) => question.what === what);
    for (const { resolve } of this.#asked.splice(index, 1)) resolve(ids);
    await turn();
  }

  #ask(what: string): Promise<readonly string[]> {
    return new Promise((resolve) => void this.#asked.push({ what, resolve }));
  }

  #work(id: string): ClaimedWork {
    return { id, perform: async () => void this.begun.push(id) };
  }
}

interface WorkerOptions {
  readonly due?: readonly string[];
  readonly runs?: readonly string[];
  readonly concurrency?: number;
}

function buildWorker<Deliveries extends WorkSource = Shelf>(
  options: WorkerOptions & { readonly deliveries?: Deliveries } = {},
) {
  const deliveries = options.deliveries ?? (new Shelf(options.due ?? []) as WorkSource as Deliveries);
  const runs = new Shelf(options.runs ?? []);
  const logger = new RecordingLogger();
  let handler: JobHandler = async () => {};
  const queue: Queue = {
    name: 'test',
    isShared: false,
    enqueue: async () => {},
    consume: (given) => {
      handler = given;
    },
    close: async () => {},
  };
  const work: Record<JobKind, WorkSource> = { delivery: deliveries, run: runs };
  const worker = new Worker({ queue, logger, concurrency: options.concurrency ?? 2, work });
  worker.start();
  const bring = (...ids: readonly string[]) => handler(ids.map((id): Job => ({ kind: 'delivery', id })));
  return { worker, deliveries, runs, logger, bring };
}

describe('worker', () => {
  it('does what the queue brings, no more at once than it may', async () => {
    const { deliveries, bring } = buildWorker({ due: ['a', 'b', 'c'] });
    let isAccepted = false;
    void bring('a', 'b', 'c').then(() => {
      isAccepted = true;
    });
    await turn();
    expect(deliveries.begun).to.deep.equal(['a', 'b']);
    expect(isAccepted).to.equal(false);
    deliveries.end('a');
    await turn();
    expect(deliveries.begun).to.deep.equal(['a', 'b', 'c']);
    expect(isAccepted).to.equal(true);
  });

  it('takes from the store what is due for its free places, and goes on while there is more', async () => {
    const { worker, deliveries } = buildWorker({ due: ['a', 'b', 'c', 'd', 'e'] });
    expect(await worker.takeDue()).to.equal(2);
    await turn();
    expect(deliveries.begun).to.deep.equal(['a', 'b']);
    deliveries.end('a');
    deliveries.end('b');
    await turn();
    expect(deliveries.begun).to.deep.equal(['a', 'b', 'c', 'd']);
    deliveries.end('c');
    deliveries.end('d');
    await turn();
    expect(deliveries.begun).to.deep.equal(['a', 'b', 'c', 'd', 'e']);
  });

  it('takes nothing while all its places are taken', async () => {
    const { worker, deliveries } = buildWorker({ due: ['a', 'b', 'c'] });
    await worker.takeDue();
    expect(await worker.takeDue()).to.equal(0);
    expect(deliveries.due).to.deep.equal(['c']);
  });

  it('gives the store its share while the queue fills every place', async () => {
    const { worker, deliveries, bring } = buildWorker({ due: ['a', 'b', 'lost', 'c'], concurrency: 2 });
    void bring('a', 'b', 'c');
    await turn();
    expect(await worker.takeDue()).to.equal(0);
    deliveries.end('a');
    await turn();
    expect(deliveries.begun).to.deep.equal(['a', 'b', 'lost']);
    deliveries.end('b');
    await turn();
    expect(deliveries.begun).to.deep.equal(['a', 'b', 'lost', 'c']);
  });

  it('lets each kind of work come first in turn', async () => {
    const { worker, deliveries, runs } = buildWorker({ due: ['d1', 'd2'], runs: ['r1'], concurrency: 1 });
    await worker.takeDue();
    deliveries.end('d1');
    await turn();
    expect([...deliveries.begun, ...runs.begun]).to.deep.equal(['d1', 'r1']);
  });

  it('keeps places for what it is just taking', async () => {
    const { worker, deliveries, bring } = buildWorker({ due: ['a', 'b', 'c'] });
    const taking = worker.takeDue();
    void bring('c');
    await taking;
    await turn();
    expect(deliveries.begun).to.deep.equal(['a', 'b']);
  });

  it('does not begin a second time what is in hand', async () => {
    const { worker, deliveries, bring } = buildWorker({ due: ['a'] });
    await bring('a');
    await turn();
    deliveries.due.push('a');
    await bring('a');
    await worker.takeDue();
    await turn();
    expect(deliveries.begun).to.deep.equal(['a']);
  });

  it('lets go of what failed or was left undone, and tells of the failure', async () => {
    const { worker, deliveries, logger } = buildWorker({ due: ['a', 'b'] });
    await worker.takeDue();
    await turn();
    deliveries.end('a', new Error('broken'));
    deliveries.end('b');
    await worker.idle();
    expect(deliveries.letGoOf).to.have.members(['a', 'b']);
    expect(logger.of('error')).to.have.length(1);
  });

  it('does what it took while a job for the same was being claimed', async () => {
    const shelf = new SlowShelf();
    const { worker, bring } = buildWorker({ deliveries: shelf });
    void bring('a');
    await turn();
    void worker.takeDue();
    await shelf.answer('take', ['a']);
    expect(shelf.begun).to.deep.equal([]);
    await shelf.answer('claim', []);
    expect(shelf.begun).to.deep.equal(['a']);
  });

  it('does what it claims anew while the release of the last claim is under way', async () => {
    const shelf = new SlowShelf();
    const { worker, bring } = buildWorker({ deliveries: shelf });
    void bring('a');
    await turn();
    void worker.takeDue();
    await shelf.answer('take', []);
    await shelf.answer('claim', []); // somebody else was quicker: the job finds nothing, and lets go
    void worker.takeDue();
    await shelf.answer('take', ['a']); // free again, before the release is answered here
    await shelf.answer('letGo', []);
    expect(shelf.begun).to.deep.equal(['a']);
  });

  it('begins nothing more once it is stopped, and is stopped when nothing is in hand', async () => {
    const { worker, deliveries, bring } = buildWorker({ due: ['a', 'b', 'c'], concurrency: 1 });
    const accepted = bring('a', 'b');
    await turn();
    let isStopped = false;
    const stopped = worker.stop().then(() => {
      isStopped = true;
    });
    await accepted;
    expect(await worker.takeDue()).to.equal(0);
    expect(isStopped).to.equal(false);
    deliveries.end('a');
    await stopped;
    expect(deliveries.begun).to.deep.equal(['a']);
  });
});
