import { HooklineError } from '../errors.js';
import type { Event } from '../events/event.js';
import type { ReceiptListOptions, Receipts } from '../hub-services.js';
import type { ReceiptStore } from '../ports/store.js';
import { safeText } from '../safe-text.js';
import { toPage } from '../scope.js';
import type { ReceiptRecord, ReceiptSummary } from './receipt.js';
import type { RejectionRecord } from './rejection.js';
import type { Rejections } from './rejections.js';
import { type ReplayDeps, replayReceipt } from './replay-receipt.js';
import type { AnySource } from './source.js';

export interface ReceiptServiceDeps {
  readonly receipts: ReceiptStore;
  readonly replaying: ReplayDeps;
  readonly sources: ReadonlyMap<string, AnySource>;
  readonly rejections: Pick<Rejections, 'flush'>;
  readonly ready: () => Promise<void>;
  readonly start: () => Promise<void>;
}

/** `hub.receipts`. */
export class ReceiptService implements Receipts {
  readonly #deps: ReceiptServiceDeps;

  constructor(deps: ReceiptServiceDeps) {
    this.#deps = deps;
  }

  async get(id: string): Promise<ReceiptRecord | null> {
    await this.#deps.ready();
    return this.#deps.receipts.get(safeText(id));
  }

  async list(options: ReceiptListOptions = {}): Promise<readonly ReceiptSummary[]> {
    await this.#deps.ready();
    return this.#deps.receipts.list(toQuery(options));
  }

  async replay(id: string): Promise<Event> {
    await this.#deps.start();
    const receipt = await this.#deps.receipts.get(safeText(id));
    if (!receipt) throw new HooklineError('NOT_FOUND', { kind: 'receipt', id });
    const source = this.#deps.sources.get(receipt.source) ?? null;
    return replayReceipt(this.#deps.replaying, receipt, source);
  }

  async rejections(options: ReceiptListOptions = {}): Promise<readonly RejectionRecord[]> {
    await this.#deps.ready();
    await this.#deps.rejections.flush();
    return this.#deps.receipts.rejections(toQuery(options));
  }
}

function toQuery(options: ReceiptListOptions) {
  const { source } = options;
  return { ...toPage(options), ...(source !== undefined && { source: safeText(source) }) };
}
