/** So many times what is asked for is looked at, to find what goes ahead. */
export const LOOKED_AT = 20;

/** Ids by the instant from which on they are due. What is due is found without a look at what is not. */
export class DueIds {
  readonly #ids = new Map<number, Set<string>>();
  /** In order. Some may have no ids any more. */
  #instants: number[] = [];

  add(id: string, dueAt: number): void {
    const known = this.#ids.get(dueAt);
    if (known) {
      known.add(id);
      return;
    }
    this.#ids.set(dueAt, new Set([id]));
    this.#note(dueAt);
  }

  delete(id: string, dueAt: number): void {
    const ids = this.#ids.get(dueAt);
    if (ids?.delete(id) && ids.size === 0) this.#ids.delete(dueAt);
  }

  /** The longest due first. */
  *due(now: number): Iterable<string> {
    this.#forgetEmpty(now);
    for (const instant of this.#instants) {
      if (instant > now) return;
      yield* this.#ids.get(instant) ?? [];
    }
  }

  #note(instant: number): void {
    const last = this.#instants.at(-1);
    if (last === undefined || last < instant) this.#instants.push(instant);
    else this.#insert(instant);
  }

  #insert(instant: number): void {
    let [low, high] = [0, this.#instants.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#instants[middle] ?? 0) < instant) low = middle + 1;
      else high = middle;
    }
    if (this.#instants[low] !== instant) this.#instants.splice(low, 0, instant);
  }

  #forgetEmpty(now: number): void {
    const passed = this.#instants.findIndex((instant) => instant > now);
    const past = this.#instants.slice(0, passed === -1 ? undefined : passed);
    if (past.every((instant) => this.#ids.has(instant))) return;
    const future = passed === -1 ? [] : this.#instants.slice(passed);
    this.#instants = [...past.filter((instant) => this.#ids.has(instant)), ...future];
  }
}

/** The first of them but for those spared. */
export function take(ids: Iterable<string>, limit: number, spared?: ReadonlySet<string>): readonly string[] {
  const taken: string[] = [];
  for (const id of ids) {
    if (taken.length >= limit) break;
    if (!spared?.has(id)) taken.push(id);
  }
  return taken;
}
