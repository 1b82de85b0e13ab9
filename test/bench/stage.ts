import type { Program } from '../faults/program.ts';
import type { BenchContext } from './bench.ts';
import type { ReceiverOrder } from './programs/messages.ts';
import { openServers, type Servers } from './servers.ts';
import { startProgram } from './start-program.ts';

/** What the contenders of a bench have in common, and take in turn. */
export interface Stage {
  readonly context: BenchContext;
  readonly servers: Servers;
  readonly receiver: Program<ReceiverOrder>;
}

/** Opens the servers and a receiver for the time of the work. */
export async function onStage<Outcome>(
  context: BenchContext,
  work: (stage: Stage) => Promise<Outcome>,
): Promise<Outcome> {
  const servers = await openServers();
  try {
    const receiver = await startProgram<ReceiverOrder>('receiver', 'receiver');
    try {
      return await work({ context, servers, receiver });
    } finally {
      await receiver.kill();
    }
  } finally {
    await servers.stop();
  }
}
