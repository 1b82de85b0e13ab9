import { randomUUID } from 'node:crypto';
import { orderOf } from '../programs/order.js';

/** An event as it goes over the wire, serialised once. */
export interface PeerEvent {
  readonly id: string;
  readonly payload: string;
}

export function eventOf(number: number): PeerEvent {
  const timestamp = new Date().toISOString();
  return {
    id: `evt_${randomUUID()}`,
    payload: JSON.stringify({ type: 'order.paid', timestamp, data: orderOf(number) }),
  };
}
