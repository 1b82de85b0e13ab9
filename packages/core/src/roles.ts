import { HooklineError } from './errors.js';

/**
 * What a process does beside dispatching, which all do. `relay`: brings committed events to listeners and webhooks;
 * `worker`: attempts deliveries and runs async listeners; `web`: neither.
 */
export type Role = 'web' | 'relay' | 'worker';

const ALL: readonly Role[] = ['web', 'relay', 'worker'];

/** The roles of this process: chosen before its work begins. */
export class Roles {
  #chosen: readonly Role[];
  #isFixed = false;
  #isAllowed: boolean;

  /**
   * Throws OPTION_INVALID.
   *
   * @param isAllowed whether it may do the work in the store from the start, or not before `allow`
   */
  constructor(roles: readonly Role[] = ALL, isAllowed = true) {
    this.#chosen = checkRoles(roles);
    this.#isAllowed = isAllowed;
  }

  /** Whether it does this now. */
  has(role: Role): boolean {
    return this.#chosen.includes(role) && (this.#isAllowed || role === 'web');
  }

  /** The work in the store is for this process to do. */
  allow(): void {
    this.#isAllowed = true;
  }

  get list(): string {
    return this.#chosen.join(', ');
  }

  /** Whether the process lives for work alone: nothing else keeps it running. */
  get isWorkOnly(): boolean {
    return !this.#chosen.includes('web');
  }

  /** Throws OPTION_INVALID, and ROLES_FIXED where the work of others has begun. */
  choose(roles: readonly Role[]): void {
    const asked = checkRoles(roles);
    const isSame = ALL.every((role) => asked.includes(role) === this.#chosen.includes(role));
    if (this.#isFixed && !isSame) {
      throw new HooklineError('ROLES_FIXED', { running: this.list, asked: asked.join(', ') });
    }
    this.#chosen = asked;
  }

  /** The work begins. */
  fix(): void {
    this.#isFixed = true;
  }
}

function checkRoles(roles: readonly Role[]): readonly Role[] {
  const isValid = Array.isArray(roles) && roles.length > 0 && roles.every((role) => ALL.includes(role));
  if (isValid) return roles;
  const expected = `a list of one or more of "${ALL.join('", "')}"`;
  throw new HooklineError('OPTION_INVALID', { option: 'roles', expected, got: JSON.stringify(roles) });
}
