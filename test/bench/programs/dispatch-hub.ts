import { createHub, defineEvents, payload } from '@hookline/core';
import type { Emitter, Typing } from './dispatch-messages.js';
import { quietLogger } from './quiet-logger.js';

const events = {
  transient: defineEvents({ 'typing.started': payload<Typing>({ transient: true }) }),
  stored: defineEvents({ 'typing.started': payload<Typing>() }),
};

/** A hub as it comes: what is stored is stored in memory. */
export function hooklineEmitter(kind: keyof typeof events): Emitter {
  const hub = createHub({ events: events[kind], logger: quietLogger });
  return {
    listen: (hear) => void hub.on('typing.started', ({ data }) => hear(data)),
    emit: (typing) => hub.dispatch('typing.started', typing),
    isAwaited: true,
    close: () => hub.close(),
  };
}
