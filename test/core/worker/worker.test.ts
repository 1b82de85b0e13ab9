import { fakeClock } from '@hookline/core/testing';
import { expect } from 'chai';
import type { ClaimedWork, WorkSource } from '../../../packages/core/src/worker/work-source.js';
import { Worker } from '../../../packages/core/src/worker/worker.js';
import { RecordingLogger } from '../../support/recording-logger.js';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Of no lane. */
const PLAIN = { lane: null, rank: 'first', putAside: async () => {} } as const;

/** Work that lies in a store, and ends when the test says so. */
class Shelf implements WorkSource {
  readonly due: string[];
  readonly forgotten: string[] = [];
  readonly givenBack: string[] = [];
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

  async take(limit: number, except: readonly string[]): Promise<readonly ClaimedWork[]> {
    const taken = this.due.filter((id) => !except.includes(id)).slice(0, limit);
    for (const id of taken) this.due.splice(this.due.indexOf(id), 1);
    return taken.map((id) => this.#work(id));
  }

  forget(id: string): void {
    this.forgotten.push(id);
  }

  async giveBack(id: string): Promise<void> {
    this.givenBack.push(id);
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
    return { ...PLAIN, id, perform };
  }
}

/** A store whose answers come when, and as, the test says. */
class SlowShelf implements WorkSource {
  readonly begun: string[] = [];
  readonly asked: string[] = [];
  #answers: ((ids: readonly string[]) => void)[] = [];

  async claim(id: string): Promise<ClaimedWork | null> {
    const [claimed] = await this.#ask(`claim ${id}`);
    return claimed === undefined ? null : this.#work(claimed);
  }

  async take(limit: number, except: readonly string[]): Promise<readonly ClaimedWork[]> {
    return (await this.#ask(`take ${limit} but ${except.join()}`)).map((id) => this.#work(id));
  }

  readonly forgotten: string[] = [];

  forget(id: string): void {
    this.forgotten.push(id);
  }

  async giveBack(): Promise<void> {}

  async answerLast(ids: readonly string[]): Promise<void> {
    await turn();
    this.#answers.pop()?.(ids);
    await turn();
  }

  #ask(what: string): Promise<readonly string[]> {
    this.asked.push(what);
    return new Promise((resolve) => void this.#answers.push(resolve));
  }

  #work(id: string): ClaimedWork {
    return { ...PLAIN, id, perform: async () => void this.begun.push(id) };
  }
}

interface WorkerOptions {
  readonly due?: readonly string[];
  readonly places?: number;
}

function buildWorker<Source extends WorkSource = Shelf>(options: WorkerOptions & { source?: Source } = {}) {
  const source = options.source ?? (new Shelf(options.due ?? []) as WorkSource as Source);
  const logger = new RecordingLogger();
  const clock = fakeClock();
  const worker = new Worker({ source, places: options.places ?? 2, clock, logger });
  return { worker, source, clock, logger };
}

describe('worker', () => {
  it('does what the queue brings, no more at once than it may, and the rest from the store', async () => {
    const { worker, source } = buildWorker({ due: ['a', 'b', 'c'] });
    let isAccepted = false;
    void worker.accept(['a', 'b', 'c']).then(() => {
      isAccepted = true;
    });
    await turn();
    expect(source.begun).to.deep.equal(['a', 'b']);
    expect(isAccepted).to.equal(false);
    source.end('a');
    await turn();
    expect(source.begun).to.deep.equal(['a', 'b', 'c']);
    source.end('b');
    await turn();
    expect(isAccepted).to.equal(true);
  });

  it('keeps the queue waiting for a moment only, so that jobs of the other kind go on', async () => {
    const { worker, clock } = buildWorker({ due: ['a', 'b', 'c'] });
    let isAccepted = false;
    void worker.accept(['a', 'b', 'c']).then(() => {
      isAccepted = true;
    });
    await turn();
    clock.advance(250);
    await turn();
    expect(isAccepted).to.equal(true);
  });

  it('takes from the store what is due for its free places, and goes on while there is more', async () => {
    const { worker, source } = buildWorker({ due: ['a', 'b', 'c', 'd', 'e'] });
    expect(await worker.takeDue()).to.equal(2);
    await turn();
    expect(source.begun).to.deep.equal(['a', 'b']);
    source.end('a');
    source.end('b');
    await turn();
    expect(source.begun).to.deep.equal(['a', 'b', 'c', 'd']);
    source.end('c');
    source.end('d');
    await turn();
    expect(source.begun).to.deep.equal(['a', 'b', 'c', 'd', 'e']);
  });

  it('does what the queue brings in turn with a backlog in the store, not after it', async () => {
    const due = Array.from({ length: 100 }, (_, index) => String(index));
    const { worker, source } = buildWorker({ due: [...due, 'new'], places: 4 });
    await worker.takeDue();
    void worker.accept(['new']);
    await turn();
    for (const id of ['0', '1', '2', '3']) source.end(id);
    await turn();
    expect(source.begun).to.include('new');
    expect(source.begun).to.have.length(8);
  });

  it('fills few free places soon rather than at once, so that one query brings many', async () => {
    const due = Array.from({ length: 20 }, (_, index) => String(index));
    const { worker, source, clock } = buildWorker({ due, places: 10 });
    await worker.takeDue();
    await turn();
    source.end('0');
    await turn();
    expect(source.begun).to.have.length(10);
    clock.advance(20);
    await turn();
    expect(source.begun).to.have.length(11);
  });

  it('takes nothing while all its places are taken', async () => {
    const { worker, source } = buildWorker({ due: ['a', 'b', 'c'] });
    await worker.takeDue();
    expect(await worker.takeDue()).to.equal(0);
    expect(source.due).to.deep.equal(['c']);
  });

  it('keeps places for what it is just taking', async () => {
    const { worker, source } = buildWorker({ due: ['a', 'b', 'c'] });
    const taking = worker.takeDue();
    void worker.accept(['c']);
    await taking;
    await turn();
    expect(source.begun).to.deep.equal(['a', 'b']);
  });

  it('does not begin a second time what is in hand', async () => {
    const { worker, source } = buildWorker({ due: ['a'] });
    await worker.accept(['a']);
    await turn();
    source.due.push('a');
    await worker.accept(['a']);
    await worker.takeDue();
    await turn();
    expect(source.begun).to.deep.equal(['a']);
  });

  it('forgets what it did and what failed, and tells of the failure', async () => {
    const { worker, source, logger } = buildWorker({ due: ['a'] });
    await worker.accept(['a', 'gone']);
    await turn();
    source.end('a', new Error('broken'));
    await worker.idle();
    expect(source.forgotten).to.have.members(['a']);
    expect(logger.of('error')).to.have.length(1);
  });

  it('takes none of what it has in hand, and begins nothing while it takes', async () => {
    const source = new SlowShelf();
    const { worker } = buildWorker({ source, places: 3 });
    void worker.accept(['a']);
    await turn();
    void worker.takeDue();
    void worker.accept(['b']);
    await turn();
    expect(source.asked).to.deep.equal(['claim a', 'take 2 but a']);
  });

  it('begins nothing more once it is stopped, and is stopped when nothing is in hand', async () => {
    const { worker, source } = buildWorker({ due: ['a', 'b', 'c'], places: 1 });
    const accepted = worker.accept(['a', 'b']);
    await turn();
    let isStopped = false;
    const stopped = worker.stop().then(() => {
      isStopped = true;
    });
    await accepted;
    expect(await worker.takeDue()).to.equal(0);
    expect(isStopped).to.equal(false);
    source.end('a');
    await stopped;
    expect(source.begun).to.deep.equal(['a']);
  });

  it('begins nothing that it was just taking when it was stopped', async () => {
    const source = new SlowShelf();
    const { worker } = buildWorker({ source });
    const taking = worker.takeDue();
    const stopped = worker.stop();
    await source.answerLast(['a']);
    expect(await taking).to.equal(0);
    await stopped;
    expect(source.begun).to.deep.equal([]);
  });

  it('keeps places for what the caller claims by itself, and gives them to nothing else meanwhile', async () => {
    const { source: shelf, worker } = buildWorker({ due: ['a', 'b', 'c'], places: 2 });
    expect(worker.keep(5)).to.equal(2);
    expect(worker.keep(5)).to.equal(0);
    await worker.takeDue();
    expect(shelf.begun).to.deep.equal([]);
    const begun: string[] = [];
    worker.begin([{ ...PLAIN, id: 'own', perform: async () => void begun.push('own') }], 2);
    await turn();
    expect(begun).to.deep.equal(['own']);
    expect(shelf.begun).to.include('a');
  });

  it('keeps only half of the free places while more is due in the store', async () => {
    const { source: shelf, worker } = buildWorker({ due: ['a', 'b', 'c', 'd', 'e', 'f'], places: 4 });
    await worker.takeDue();
    await turn();
    expect(shelf.begun).to.deep.equal(['a', 'b', 'c', 'd']);
    shelf.end('a');
    await turn();
    expect(worker.keep(5)).to.equal(0);
    worker.begin([], 0);
  });

  it('begins nothing of its own once it is stopped', async () => {
    const { worker } = buildWorker({ places: 2 });
    const kept = worker.keep(1);
    const stopped = worker.stop();
    const begun: string[] = [];
    worker.begin([{ ...PLAIN, id: 'own', perform: async () => void begun.push('own') }], kept);
    await stopped;
    expect([begun, worker.keep(1)]).to.deep.equal([[], 0]);
  });

  it('lets a backlog wait for its own places where it gets through it soon, and gives it to others where not', async () => {
    const { worker } = buildWorker({ places: 2 });
    expect(await worker.portionOf(50, 50)).to.equal(50);
    for (let done = 0; done < 4; done += 1) {
      worker.begin([{ ...PLAIN, id: `${done}`, perform: async () => {} }], worker.keep(1));
      await turn();
    }
    worker.begin([{ ...PLAIN, id: 'own', perform: () => new Promise(() => {}) }], worker.keep(2));
    expect(await worker.portionOf(1, 1)).to.equal(1);
    expect(await worker.portionOf(5, 5)).to.equal(3);
    expect(await worker.portionOf(5, 3_000)).to.equal(5);
  });

  it('waits for room no longer than until it is stopped', async () => {
    const { worker } = buildWorker({ places: 2 });
    worker.begin([{ ...PLAIN, id: 'quick', perform: async () => {} }], worker.keep(1));
    await turn();
    const kept = worker.keep(10);
    const portion = worker.portionOf(7, 7);
    await turn();
    const stopped = worker.stop();
    expect(await portion).to.equal(7);
    worker.begin([], kept);
    await stopped;
  });

  it('ends no hold by a claim in vain: the same work may have come another way meanwhile', async () => {
    const { worker, source } = buildWorker({ source: new SlowShelf() });
    void worker.accept(['a']);
    const begun: string[] = [];
    worker.begin([{ ...PLAIN, id: 'a', perform: async () => void begun.push('a') }], worker.keep(1));
    await source.answerLast([]);
    expect(begun).to.deep.equal(['a']);
    expect(source.forgotten).to.deep.equal(['a']);
  });
});
