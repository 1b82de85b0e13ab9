// A contender of `dispatch`: a process that tells its own listeners of things.
import { leave, obey, readConfig } from '../../faults/programs/talk.js';
import { PEERS } from '../peers/dispatch-emitters.js';
import { hooklineEmitter } from './dispatch-hub.js';
import type { EmitOrder, Emitted, Emitter, EmitterConfig, EmitterKind, Typing } from './dispatch-messages.js';
import { now } from './now.js';

const BYTES_PER_MIB = 1_048_576;
/** Between two looks at the clock. */
const BATCH = 100;

const config = readConfig<EmitterConfig>();
const emitter = emitterOf(config.emitter);
let heard = 0;
for (let listener = 0; listener < config.listeners; listener++) {
  emitter.listen(({ conversationId }) => {
    heard += conversationId;
  });
}

obey<EmitOrder>(({ ms }) => emitFor(ms));

process.once('SIGTERM', async () => {
  leave();
  await emitter.close();
});

function emitterOf(kind: EmitterKind): Emitter {
  if (kind === 'hookline-transient') return hooklineEmitter('transient');
  return kind === 'hookline-stored' ? hooklineEmitter('stored') : PEERS[kind]();
}

async function emitFor(ms: number): Promise<Emitted> {
  heard = 0;
  const cpu = process.cpuUsage();
  const startedAt = now();
  const count = await (emitter.isAwaited ? emitAwaiting : emitAtOnce)(startedAt + ms);
  const tookMs = now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  const memoryMiB = (process.resourceUsage().maxRSS * 1_024) / BYTES_PER_MIB;
  return { count, heard, tookMs, cpuMs: (user + system) / 1_000, memoryMiB };
}

async function emitAwaiting(until: number): Promise<number> {
  let count = 0;
  while (now() < until) {
    for (const end = count + BATCH; count < end; count++) await emitter.emit(typingOf(count));
  }
  return count;
}

/** What answers no promise is not awaited: that would cost more than all the rest. */
function emitAtOnce(until: number): number {
  let count = 0;
  while (now() < until) {
    for (const end = count + BATCH; count < end; count++) emitter.emit(typingOf(count));
  }
  return count;
}

function typingOf(userId: number): Typing {
  return { conversationId: 1, userId, name: 'Ada Lovelace' };
}
