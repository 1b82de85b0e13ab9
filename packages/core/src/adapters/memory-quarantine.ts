import type { QuarantineStore, StoreIdentity } from '../ports/quarantine-store.js';

/** What is in this process's memory is no copy of anything. */
export class MemoryQuarantine implements QuarantineStore {
  async fingerprint(): Promise<string> {
    return 'memory';
  }

  async claimIdentity(identity: StoreIdentity): Promise<StoreIdentity> {
    return identity;
  }

  async confirmIdentity(): Promise<void> {}
}
