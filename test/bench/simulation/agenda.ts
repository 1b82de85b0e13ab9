interface Entry {
  readonly at: number;
  readonly happen: () => void;
}

/** What will happen, in the order of its instants; at the same instant in the order it was noted. */
export class Agenda {
  readonly #heap: Entry[] = [];
  #now = 0;

  get now(): number {
    return this.#now;
  }

  note(at: number, happen: () => void): void {
    const heap = this.#heap;
    let place = heap.push({ at, happen }) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#at(parent) <= at) break;
      this.#swap(place, parent);
      place = parent;
    }
  }

  /** Lets everything happen that is noted, and what that notes in turn, up to an instant. */
  run(until: number): void {
    for (let next = this.#heap[0]; next && next.at <= until; next = this.#heap[0]) {
      this.#removeFirst();
      this.#now = next.at;
      next.happen();
    }
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (!last || this.#heap.length === 0) return;
    this.#heap[0] = last;
    for (let place = 0; ; ) {
      const left = 2 * place + 1;
      const child = this.#at(left + 1) < this.#at(left) ? left + 1 : left;
      if (this.#at(child) >= last.at) return;
      this.#swap(place, child);
      place = child;
    }
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    if (!a || !b) return;
    this.#heap[one] = b;
    this.#heap[other] = a;
  }

  #at(index: number): number {
    return this.#heap[index]?.at ?? Number.POSITIVE_INFINITY;
  }
}
