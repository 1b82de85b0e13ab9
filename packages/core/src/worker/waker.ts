import { withoutContext } from '../context/context.js';
import type { Clock } from '../ports/clock.js';
import type { WakeUp, WakeUps } from '../ports/wake-ups.js';
import type { Role, Roles } from '../roles.js';

/** One announcement stands for all that follow it this closely: a burst costs the database next to nothing. */
const REST_MS = 50;
const ROLE_FOR: Readonly<Record<WakeUp, Role>> = { events: 'relay', work: 'worker' };

export interface WakerDeps {
  readonly wakeUps: WakeUps | null;
  readonly roles: Roles;
  readonly clock: Clock;
}

/** Makes somebody look into the store at once: this process where it has the role, and otherwise the others. */
export class Waker {
  readonly #deps: WakerDeps;
  readonly #pending = new Set<WakeUp>();
  #isResting = false;
  #wakeHere = () => {};
  #stopListening: Promise<() => Promise<void>> | null = null;

  constructor(deps: WakerDeps) {
    this.#deps = deps;
  }

  /** Calls back for what is there to do for this process, whoever found it. */
  start(wakeHere: () => void): void {
    this.#wakeHere = wakeHere;
    const isListening = this.#hasRoleFor('events') || this.#hasRoleFor('work');
    if (!isListening || !this.#deps.wakeUps) return;
    this.#stopListening = this.#deps.wakeUps.listen((wakeUp) => this.#hear(wakeUp));
    // what was announced before it listened was missed
    void this.#stopListening.then(() => this.#wakeHere());
  }

  async stop(): Promise<void> {
    this.#wakeHere = () => {};
    const stopListening = await this.#stopListening;
    await stopListening?.();
  }

  /** Committed events wait to be relayed. */
  wakeRelays(): void {
    if (this.#hasRoleFor('events')) this.#wakeHere();
    else this.#announce('events');
  }

  /** Deliveries or runs are due, and the queue will not tell. */
  wakeWorkers(): void {
    this.#hear('work');
    this.#announce('work');
  }

  #hear(wakeUp: WakeUp): void {
    if (this.#hasRoleFor(wakeUp)) this.#wakeHere();
  }

  #hasRoleFor(wakeUp: WakeUp): boolean {
    return this.#deps.roles.has(ROLE_FOR[wakeUp]);
  }

  #announce(wakeUp: WakeUp): void {
    this.#pending.add(wakeUp);
    if (!this.#isResting) withoutContext(() => this.#send());
  }

  #send(): void {
    const { wakeUps, clock } = this.#deps;
    // what gets lost is found by the next sweep
    for (const wakeUp of this.#pending) wakeUps?.announce(wakeUp).catch(() => {});
    this.#pending.clear();
    this.#isResting = true;
    clock.after(REST_MS, () => {
      this.#isResting = false;
      if (this.#pending.size > 0) this.#send();
    });
  }
}
