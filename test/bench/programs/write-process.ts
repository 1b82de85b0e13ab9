// A contender of `write`: an app that writes rows, and whoever tells of them.
import { Op, Sequelize, type Transaction } from 'sequelize';
import { leave, obey, readConfig } from '../../faults/programs/talk.js';
import { createOutbox, tellOf } from '../peers/outbox-row.js';
import { bindOrders } from './bind-orders.js';
import { inLanes } from './in-lanes.js';
import { now } from './now.js';
import { createOrders, newOrder, Order } from './order-model.js';
import { BULK_ROWS, type WriteOrder, type WriterConfig, type Written } from './write-messages.js';

const config = readConfig<WriterConfig>();
const sequelize = new Sequelize(config.databaseUrl, { logging: false, pool: { max: config.connections } });
await createOrders(sequelize);
const isTold = config.writer === 'outbox-row';
if (isTold) await createOutbox(sequelize);
const hub =
  config.writer === 'hooks' || config.writer === 'trigger' ? await bindOrders(sequelize, config) : null;
let created = 0;
let updated = 0;

const CALLS = { create, 'bulk-create': bulkCreate, 'bulk-update': bulkUpdate };

obey<WriteOrder>((order) =>
  order.kind === 'settle' ? hub?.drain() : write(order.calls, order.lanes, CALLS[order.kind]),
);

process.once('SIGTERM', async () => {
  leave();
  await hub?.close();
  await sequelize.close();
});

type Call = (transaction: Transaction | null) => Promise<unknown>;

async function write(calls: number, lanes: number, call: Call): Promise<Written> {
  const times: number[] = [];
  const cpu = process.cpuUsage();
  const startedAt = now();
  await inLanes(calls, lanes, async () => {
    const calledAt = now();
    await (config.isInTransaction ? sequelize.transaction(call) : call(null));
    times.push(now() - calledAt);
  });
  const tookMs = now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  return { times, tookMs, cpuMs: (user + system) / 1_000 };
}

async function create(transaction: Transaction | null): Promise<void> {
  const order = await Order.create(newOrder(created++), inside(transaction));
  if (isTold) await tellOf(order, transaction);
}

async function bulkCreate(transaction: Transaction | null): Promise<void> {
  const orders = Array.from({ length: BULK_ROWS }, () => newOrder(created++));
  await Order.bulkCreate(orders, inside(transaction));
}

/** The rows have the numbers from 1, since nothing that was written failed. */
async function bulkUpdate(transaction: Transaction | null): Promise<void> {
  const first = updated + 1;
  updated += BULK_ROWS;
  const where = { id: { [Op.between]: [first, updated] as [number, number] } };
  await Order.update({ status: 'shipped' }, { where, ...inside(transaction) });
}

/** An explicit null would mean: in none. */
function inside(transaction: Transaction | null): { readonly transaction?: Transaction } {
  return transaction === null ? {} : { transaction };
}
