import type { Store } from '@hookline/core';
import { deliveryContract } from './delivery-store-contract.js';
import { eventContract } from './event-store-contract.js';
import { fanOutContract } from './fan-out-contract.js';
import { heldDeliveriesContract } from './held-deliveries-contract.js';
import { orderedRunsContract } from './ordered-runs-contract.js';
import { receiptContract } from './receipt-store-contract.js';
import { reportedEventsContract } from './reported-events-contract.js';
import { retentionContract } from './retention-contract.js';
import { runContract } from './run-store-contract.js';
import { snapshotContract } from './snapshot-store-contract.js';
import { webhookContract } from './webhook-store-contract.js';

/** What every Store must do. `makeStore` gives an empty one, open, to each test. */
export function storeContract(name: string, makeStore: () => Store | Promise<Store>): void {
  describe(`Store: ${name}`, () => {
    let store: Store;

    beforeEach(async () => {
      store = await makeStore();
    });

    eventContract(() => store);
    fanOutContract(() => store);
    webhookContract(() => store);
    deliveryContract(() => store);
    heldDeliveriesContract(() => store);
    reportedEventsContract(() => store);
    runContract(() => store);
    orderedRunsContract(() => store);
    receiptContract(() => store);
    snapshotContract(() => store);
    retentionContract(() => store);
  });
}
