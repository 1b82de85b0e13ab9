import { randomUUID } from 'node:crypto';
import type { Timing } from './messages.js';
import { Order, type Shop } from './shop.js';

/**
 * How long a row takes with an event in its transaction, and how long the same transaction takes with a second row in
 * the event's place: what is above that is Hookline's own.
 */
export async function timeDispatches({ sequelize, hub }: Shop, count: number): Promise<Timing> {
  const databaseMs: number[] = [];
  const dispatchMs: number[] = [];
  for (let round = 0; round < count; round++) {
    databaseMs.push(
      await timed(() =>
        sequelize.transaction(async (transaction) => {
          await Order.create({ reference: randomUUID() }, { transaction, hooks: false });
          await Order.create({ reference: randomUUID() }, { transaction, hooks: false });
        }),
      ),
    );
    dispatchMs.push(
      await timed(() =>
        sequelize.transaction(async (transaction) => {
          const reference = randomUUID();
          await Order.create({ reference }, { transaction, hooks: false });
          await hub.dispatch('order.created', { order: { reference } }, { transaction });
        }),
      ),
    );
  }
  return { databaseMs, dispatchMs };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
