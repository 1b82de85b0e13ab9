import { EventEmitter } from 'node:events';
import Emittery from 'emittery';
import eventemitter2 from 'eventemitter2';
import type { Emitter, EmitterKind, Typing } from '../programs/dispatch-messages.js';

const TYPE = 'typing.started';
const close = async (): Promise<void> => {};

type Peer = Exclude<EmitterKind, `hookline-${string}`>;

export const PEERS: Readonly<Record<Peer, () => Emitter>> = {
  function: emptyFunction,
  'event-emitter': nodeEmitter,
  eventemitter2: () => secondEmitter('emit'),
  'eventemitter2-async': () => secondEmitter('emitAsync'),
  emittery,
};

/** What awaiting costs by itself. */
function emptyFunction(): Emitter {
  const listen = () => {
    throw new Error('an empty function has no listeners');
  };
  return { listen, emit: async () => {}, isAwaited: true, close };
}

function nodeEmitter(): Emitter {
  const emitter = new EventEmitter();
  emitter.setMaxListeners(0);
  return {
    listen: (hear) => void emitter.on(TYPE, hear),
    emit: (typing) => emitter.emit(TYPE, typing),
    isAwaited: false,
    close,
  };
}

function secondEmitter(method: 'emit' | 'emitAsync'): Emitter {
  const emitter = new eventemitter2.EventEmitter2({ maxListeners: 0 });
  const emits = {
    emit: (typing: Typing) => emitter.emit(TYPE, typing),
    emitAsync: (typing: Typing) => emitter.emitAsync(TYPE, typing),
  };
  return {
    listen: (hear) => void emitter.on(TYPE, hear),
    emit: emits[method],
    isAwaited: method === 'emitAsync',
    close,
  };
}

function emittery(): Emitter {
  const emitter = new Emittery<{ [TYPE]: Typing }>();
  return {
    listen: (hear) => void emitter.on(TYPE, hear),
    emit: (typing) => emitter.emit(TYPE, typing),
    isAwaited: true,
    close,
  };
}
