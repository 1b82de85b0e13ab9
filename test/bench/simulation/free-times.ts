/** When each of a number of servers is free again; the earliest is known, and replaced, in log(servers) steps. */
export class FreeTimes {
  readonly #heap: Float64Array;

  /** All are free from the start. */
  constructor(servers: number) {
    this.#heap = new Float64Array(servers);
  }

  get earliest(): number {
    return this.#at(0);
  }

  /** The server that is free first is busy until this instant. */
  replaceEarliest(freeAt: number): void {
    const heap = this.#heap;
    let hole = 0;
    for (;;) {
      const child = this.#smallerChild(hole);
      if (child >= heap.length || this.#at(child) >= freeAt) break;
      heap[hole] = this.#at(child);
      hole = child;
    }
    heap[hole] = freeAt;
  }

  #smallerChild(parent: number): number {
    const left = 2 * parent + 1;
    return this.#at(left + 1) < this.#at(left) ? left + 1 : left;
  }

  #at(index: number): number {
    return this.#heap[index] ?? Number.POSITIVE_INFINITY;
  }
}
