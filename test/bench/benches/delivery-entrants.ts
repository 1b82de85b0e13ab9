import type { SenderKind } from '../programs/messages.ts';

export interface Shape {
  readonly title: string;
  /** Per event. */
  readonly webhooks: number;
}

export const SHAPES: readonly Shape[] = [
  { title: '1 webhook', webhooks: 1 },
  { title: 'fan-out 10', webhooks: 10 },
];

export interface Entrant {
  readonly name: string;
  readonly sender: SenderKind;
  readonly isOurs: boolean;
  readonly redis: boolean;
  /** What must be stored at the end, one count for each table; absent where nothing is stored. */
  readonly stored?: string;
}

const HOOKLINE_ROWS = `
  SELECT (SELECT count(*)::int FROM hookline_events) AS events,
    (SELECT count(*)::int FROM hookline_attempts WHERE outcome = 'succeeded') AS attempts,
    (SELECT count(*)::int FROM hookline_deliveries WHERE state = 'delivered') AS deliveries`;
const PEER_ROWS = `
  SELECT (SELECT count(*)::int FROM events) AS events, (SELECT count(*)::int FROM attempts) AS attempts`;

const ours = { sender: 'hookline', isOurs: true, stored: HOOKLINE_ROWS } as const;

export const ENTRANTS: readonly Entrant[] = [
  { ...ours, name: 'hookline', redis: true },
  { ...ours, name: 'hookline-postgres', redis: false },
  { ...peer('bare-undici'), redis: false },
  peer('bull-undici'),
  { ...peer('bull-undici-log'), stored: PEER_ROWS },
  peer('bullmq-undici'),
  { ...peer('bullmq-undici-log'), stored: PEER_ROWS },
];

function peer(sender: SenderKind): Entrant {
  return { name: sender, sender, isOurs: false, redis: true };
}
