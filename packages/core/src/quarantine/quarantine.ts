import { errorFields, HooklineError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { StoreIdentity } from '../ports/quarantine-store.js';
import type { Store } from '../ports/store.js';
import type { Roles } from '../roles.js';

/** How often a process in quarantine looks whether somebody confirmed. */
const LOOK_EVERY_MS = 5_000;
const PAGE = 200;
/** Of a part of a fingerprint that could not be asked for. */
const UNKNOWN = 'unknown';
/** Of an environment that the app gives no name. */
export const UNNAMED = 'unnamed';

export interface QuarantineDeps {
  readonly store: Store;
  readonly roles: Roles;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly environment: string;
}

/** Where the rows say that they are at home, and where they are. */
export interface QuarantineReason {
  readonly recorded: StoreIdentity;
  readonly found: StoreIdentity;
}

export interface ConfirmOptions {
  /** What was owed before: is it sent after all, or cancelled? */
  readonly owed: 'send' | 'cancel';
  /** Whether webhooks stay active, or are all made inactive, so that nothing new goes to those of another environment. Default `keep`. */
  readonly webhooks?: 'keep' | 'deactivate';
}

/**
 * A database that was restored or copied sends nothing until somebody says that it may: the hub takes events in, and does
 * none of the work that lies in the store.
 */
export class Quarantine {
  readonly #deps: QuarantineDeps;
  #reason: QuarantineReason | null = null;
  #cancelTimer: (() => void) | null = null;
  #begin: () => void = () => {};

  constructor(deps: QuarantineDeps) {
    this.#deps = deps;
  }

  get isActive(): boolean {
    return this.#reason !== null;
  }

  get reason(): QuarantineReason | null {
    return this.#reason;
  }

  /** Throws QUARANTINED. */
  refuse(): void {
    if (this.#reason === null) return;
    const { recorded, found } = this.#reason;
    throw new HooklineError('QUARANTINED', { recorded: textOf(recorded), found: textOf(found) });
  }

  /** Compares who the store is with who it was, and lets the work of this process begin where they are one; else as soon as somebody confirms. */
  async check(begin: () => void): Promise<void> {
    this.#begin = begin;
    await this.#look();
    if (this.#reason === null) return;
    const { recorded, found } = this.#reason;
    this.#deps.logger.error(
      { recorded: textOf(recorded), found: textOf(found) },
      'quarantine: this database was somewhere else before, so nothing is sent until hub.quarantine.confirm() or "npx hookline confirm"',
    );
  }

  /** Says that the store is at home here. Throws OPTION_INVALID, STORE_UNAVAILABLE. */
  async confirm({ owed, webhooks = 'keep' }: ConfirmOptions): Promise<void> {
    checkOptions(owed, webhooks);
    const { store, clock } = this.#deps;
    if (webhooks === 'deactivate') await deactivateAll(store, clock.now());
    const identity = await this.#identity();
    await store.quarantine.confirmIdentity(identity, { now: clock.now(), cancelOwed: owed === 'cancel' });
    await this.#look();
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#begin = () => {};
  }

  async #look(): Promise<void> {
    const { store, roles } = this.#deps;
    const found = await this.#identity();
    const recorded = await store.quarantine.claimIdentity(found);
    this.#reason = isSameStore(recorded, found) ? null : { recorded, found };
    if (this.#reason !== null) return this.#lookAgain();
    await this.#name(recorded, found);
    this.#cancelTimer?.();
    roles.allow();
    this.#begin();
    this.#begin = () => {};
  }

  #lookAgain(): void {
    const { clock, logger } = this.#deps;
    this.#cancelTimer = clock.after(LOOK_EVERY_MS, () => {
      this.#look().catch((error) => {
        logger.warn(errorFields(error), 'whether the quarantine is over could not be found out');
        this.#lookAgain();
      });
    });
  }

  /** A store that was in no named environment is in this one from now on. */
  async #name(recorded: StoreIdentity, found: StoreIdentity): Promise<void> {
    if (recorded.environment !== UNNAMED || found.environment === UNNAMED) return;
    const { store, clock } = this.#deps;
    await store.quarantine.confirmIdentity(found, { now: clock.now(), cancelOwed: false });
  }

  async #identity(): Promise<StoreIdentity> {
    const { store, environment } = this.#deps;
    return { fingerprint: await store.quarantine.fingerprint(), environment };
  }
}

/** What is not known, or has no name, may be the same. */
function isSameStore(first: StoreIdentity, second: StoreIdentity): boolean {
  const isSame = (a: string, b: string, any: string) => a === b || a === any || b === any;
  const [a, b] = [first.fingerprint.split('.'), second.fingerprint.split('.')];
  const isSamePlace = a.length === b.length && a.every((part, i) => isSame(part, b[i] ?? '', UNKNOWN));
  return isSamePlace && isSame(first.environment, second.environment, UNNAMED);
}

async function deactivateAll({ webhooks }: Store, now: number): Promise<void> {
  for (let before: string | undefined; ; ) {
    const page = await webhooks.list({ limit: PAGE, ...(before !== undefined && { before }) });
    for (const { id } of page)
      await webhooks.update(id, {}, { active: false, updatedAt: now }, { active: true });
    before = page.at(-1)?.id;
    if (page.length < PAGE) return;
  }
}

function checkOptions(owed: unknown, webhooks: unknown): void {
  const isOwed = owed === 'send' || owed === 'cancel';
  if (!isOwed)
    throw new HooklineError('OPTION_INVALID', {
      option: 'owed',
      expected: '"send" or "cancel"',
      got: String(owed),
    });
  if (webhooks === 'keep' || webhooks === 'deactivate') return;
  const expected = '"keep" or "deactivate"';
  throw new HooklineError('OPTION_INVALID', { option: 'webhooks', expected, got: String(webhooks) });
}

function textOf({ environment, fingerprint }: StoreIdentity): string {
  return `${environment} at ${fingerprint}`;
}
