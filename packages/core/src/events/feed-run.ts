import type { Outage } from '../outage.js';

/** One feed, pulled until nothing waits there, by one run at a time. */
export class FeedRun {
  readonly #pullOnce: () => Promise<number>;
  readonly #outage: Outage;
  #current: Promise<number> | null = null;
  #again = false;
  #isStopped = false;

  constructor(pullOnce: () => Promise<number>, outage: Outage) {
    this.#pullOnce = pullOnce;
    this.#outage = outage;
  }

  wake(): void {
    if (this.#current) this.#again = true;
    else void this.#begin();
  }

  /** A run that begins after this call. Answers how many items were taken until its end. */
  async pull(): Promise<number> {
    let earlier = 0;
    while (this.#current) earlier += await this.#current;
    return earlier + (await this.#begin());
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#current;
  }

  #begin(): Promise<number> {
    this.#current = this.#pullAll().finally(() => {
      this.#current = null;
      if (!this.#again || this.#isStopped) return;
      this.#again = false;
      this.wake();
    });
    return this.#current;
  }

  async #pullAll(): Promise<number> {
    let total = 0;
    try {
      while (!this.#isStopped) {
        const count = await this.#pullOnce();
        this.#outage.end();
        total += count;
        if (count === 0) return total;
        await turnOfOthers();
      }
    } catch (error) {
      // a hub that closes takes no events any more
      if (!this.#isStopped) this.#outage.begin(error);
    }
    return total;
  }
}

/** A feed that answers without waiting for anything must not keep the process to itself. */
function turnOfOthers(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
