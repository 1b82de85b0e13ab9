import type { RecordingHub } from '../recording-hub.js';

/** The events in short: `updated 1 {"status":["open","closed"]}`. Empties the hub. */
export function told(hub: RecordingHub): readonly string[] {
  return hub.dispatched.splice(0).map(({ type, options: { subject, changes = {} } }) => {
    const diffs = Object.entries(changes).map(([name, { previous, current }]) => [name, [previous, current]]);
    const diff = diffs.length > 0 ? [JSON.stringify(Object.fromEntries(diffs))] : [];
    return [type.replace('ticket.', ''), String(subject?.id), ...diff].join(' ');
  });
}
