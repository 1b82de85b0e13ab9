import type { Bench } from '../bench.ts';
import { delivery } from './delivery.ts';
import { dispatch } from './dispatch.ts';
import { inbound } from './inbound.ts';
import { isolation } from './isolation.ts';
import { latency } from './latency.ts';
import { scale } from './scale.ts';
import { write } from './write.ts';

/** In the order of the documents. */
export const benches: readonly Bench[] = [delivery, latency, isolation, dispatch, write, inbound, scale];
