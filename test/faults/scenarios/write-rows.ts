import type { Stage, Writer } from '../stage.ts';

const ROWS_EACH = 10;
const LANES = 4;

/** Commits so many rows as fast as one writer can, ten in each transaction. */
export async function writeRows(stage: Stage, { rows }: { readonly rows: number }): Promise<void> {
  const writer = await stage.startWriter('model');
  const transactions = Math.ceil(rows / ROWS_EACH);
  await writer.ask({ kind: 'write', transactions, rowsEach: ROWS_EACH, everyMs: 0, lanes: LANES });
  await writer.kill();
}

/** A writer that commits some 20 rows a second, until `stop`. */
export interface SteadyWriter {
  /** Resolves when the last row is committed, and tells when that was. */
  stop(): Promise<number>;
}

export async function writeSteadily(stage: Stage, everyMs = 50): Promise<SteadyWriter> {
  const writer: Writer = await stage.startWriter('model');
  const written = writer.ask({ kind: 'write', rowsEach: 1, everyMs, lanes: 1 });
  written.catch(() => {});
  return {
    stop: async () => {
      await writer.ask({ kind: 'stop-writing' });
      await written;
      const endedAt = Date.now();
      await writer.kill();
      return endedAt;
    },
  };
}
