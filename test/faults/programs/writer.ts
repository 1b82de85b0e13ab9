// A web process: it writes business rows, each with its event in the same transaction, and neither relays nor
// delivers unless its roles say so.
import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { bindModel } from '@hookline/sequelize';
import type { Transaction } from 'sequelize';
import type { CommitPoint, WriterConfig, WriterOrder } from './messages.js';
import { rollBack } from './roll-back.js';
import { Order, openShop } from './shop.js';
import { obey, readConfig, tell } from './talk.js';
import { timeDispatches } from './time-dispatches.js';

const AFTER_FAILURE_MS = 50;

const config = readConfig<WriterConfig>();
let standStillAtCommit = false;
let isStopped = false;

const shop = await openShop(config, noticeCommit);
const { hub, sequelize } = shop;
if (config.via !== 'dispatch') {
  bindModel(Order, hub, {
    created: 'order.created',
    data: ({ reference }) => ({ order: { reference } }),
  });
}
await hub.start();

obey<WriterOrder>((order) => {
  if (order.kind === 'write') return write(order);
  if (order.kind === 'stand-still') return writeUntil(order);
  if (order.kind === 'roll-back') return rollBack(sequelize, placeOrder, order.rounds);
  if (order.kind === 'time-dispatches') return timeDispatches(shop, order.count);
  isStopped = true;
});

/** A business row and its event. */
async function placeOrder(transaction: Transaction | null, customerId: number | null = null): Promise<void> {
  const reference = randomUUID();
  const options = transaction ? { transaction } : {};
  await Order.create({ reference, customerId }, options);
  if (config.via === 'dispatch') await hub.dispatch('order.created', { order: { reference } }, options);
}

/** Answers how many transactions failed: with a database that comes and goes, some do. */
async function write({
  transactions = Number.POSITIVE_INFINITY,
  rowsEach,
  everyMs,
  lanes,
}: Extract<WriterOrder, { kind: 'write' }>): Promise<{ readonly failed: number }> {
  let begun = 0;
  let failed = 0;
  isStopped = false;
  const lane = async (): Promise<void> => {
    while (begun < transactions && !isStopped) {
      begun += 1;
      const isDone = await writeRows(rowsEach);
      if (!isDone) failed += 1;
      await (isDone ? sleep(everyMs) : sleep(AFTER_FAILURE_MS));
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return { failed };
}

async function writeRows(count: number): Promise<boolean> {
  try {
    if (config.via === 'bare') for (let row = 0; row < count; row++) await placeOrder(null);
    else {
      await sequelize.transaction(async (transaction) => {
        for (let row = 0; row < count; row++) await placeOrder(transaction);
      });
    }
    return true;
  } catch {
    return false;
  }
}

async function writeUntil({
  at,
  transactionsBefore,
}: {
  at: CommitPoint;
  transactionsBefore: number;
}): Promise<void> {
  for (let count = 0; count < transactionsBefore; count++) await writeRows(1);
  const transaction = await sequelize.transaction();
  await placeOrder(transaction);
  if (at === 'before-commit') standStill();
  standStillAtCommit = at === 'commit-sent';
  await transaction.commit();
  standStill();
}

/** Sequelize tells of a statement just before it goes to the database: one turn later it is on its way. */
function noticeCommit(sql: string): void {
  if (standStillAtCommit && sql.includes('COMMIT')) void nextTurn().then(standStill);
}

/** For good: whoever is told kills this process. */
function standStill(): void {
  tell('standing');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
