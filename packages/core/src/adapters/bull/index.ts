export { bullQueue } from './bull-queue.js';
export type { BullQueueOptions, ClusterConnection, IoredisClient } from './options.js';
