import { readFileSync } from 'node:fs';
import type { Sequelize } from 'sequelize';
import { readBlocks } from '../../support/markdown-blocks.ts';

const PAGE = 'docs/scaling.md';
const DAY_MS = 24 * 60 * 60 * 1_000;

/** The SQL that `docs/scaling.md` gives for it. */
function partitionSql(): string {
  const page = readFileSync(new URL(`../../../${PAGE}`, import.meta.url), 'utf8');
  const block = readBlocks(PAGE, page).find(({ directive }) => directive === 'partitions');
  if (!block) throw new Error(`${PAGE} has no block that is marked as partitions.`);
  return block.code;
}

export interface Division {
  /** Nothing is stored from before it. */
  readonly firstDay: Date;
  /** Of each partition. */
  readonly days: number;
  readonly partitions: number;
  /** What the names of the tables begin with. Default `hookline_`. */
  readonly prefix?: string | undefined;
}

/** Divides tables by time. */
export async function divideByTime(
  sequelize: Sequelize,
  { firstDay, days, partitions, prefix = 'hookline_' }: Division,
): Promise<void> {
  await sequelize.query(partitionSql().replaceAll('hookline_', prefix));
  await sequelize.query(`CALL ${prefix}divide('${dayOf(firstDay)}')`);
  const end = new Date(firstDay.getTime() + (days * partitions - 1) * DAY_MS);
  await sequelize.query(`CALL ${prefix}add_partitions('${dayOf(end)}', ${days})`);
}

/** As SQL has it, in UTC. */
export function dayOf(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}
