// One process of an app that has several: `start-member.ts` starts it, tells it what to do, and hears what it heard.
import {
  createHub,
  type DispatchOptions,
  type NewWebhook,
  type Role,
  type WebhookChange,
} from '@hookline/core';
import { bullQueue } from '@hookline/core/bull';
import { sequelizeStore } from '@hookline/sequelize';
import { Sequelize } from 'sequelize';

export interface MemberPlan {
  readonly databaseUrl: string;
  /** Null: no queue but the one in its memory. */
  readonly redis: { readonly url: string; readonly prefix: string } | null;
  readonly roles: readonly Role[];
  /** In which lanes it has a listener for everything. */
  readonly lanes: readonly ('sync' | 'async')[];
  readonly sweepIntervalMs: number;
}

export type Report =
  | { readonly kind: 'started' }
  | { readonly kind: 'heard'; readonly lane: string; readonly eventId: string }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly problem: string };

export interface Command {
  readonly id: number;
  readonly deed: keyof Deeds;
  readonly args: readonly unknown[];
}

const plan = JSON.parse(process.env.MEMBER_PLAN ?? '') as MemberPlan;
const sequelize = new Sequelize(plan.databaseUrl, { logging: false });
const hub = createHub({
  store: sequelizeStore(sequelize),
  ...(plan.redis && { queue: bullQueue(plan.redis) }),
  sweepIntervalMs: plan.sweepIntervalMs,
  retry: [500],
  delivery: { allowAddresses: ['127.0.0.0/8'] },
});
for (const lane of plan.lanes) {
  hub.on('*', ({ id: eventId }) => report({ kind: 'heard', lane, eventId }), {
    lane,
    name: `${lane}-listener`,
  });
}

const deeds = {
  dispatch: async (type: string, options?: DispatchOptions) => (await hub.dispatch(type, {}, options)).id,
  dispatchInTransaction: (type: string) =>
    sequelize.transaction(async (transaction) => (await hub.dispatch(type, {}, { transaction })).id),
  createWebhook: async (input: NewWebhook) => {
    const { webhook, secret } = await hub.webhooks.create(input);
    return { id: webhook.id, secret };
  },
  updateWebhook: (id: string, change: WebhookChange) => hub.webhooks.update(id, change),
  rotateSecret: (id: string) => hub.webhooks.rotateSecret(id, { overlapMs: 0 }),
  testWebhook: (id: string) => hub.webhooks.test(id),
  redeliver: (deliveryId: string) => hub.deliveries.redeliver(deliveryId),
  deliveriesOf: (webhookId: string) => hub.deliveries.list({ webhookId }),
};
export type Deeds = typeof deeds;

await hub.start({ roles: plan.roles });
process.on('message', obey);
process.on('disconnect', () => process.exit(1)); // the test that started it is gone
// a worker has nothing but its hub to stay alive for
if (!plan.roles.includes('web')) process.channel?.unref();
report({ kind: 'started' });

process.once('SIGTERM', async () => {
  process.channel?.unref();
  await hub.close();
  await sequelize.close();
});

async function obey({ id, deed, args }: Command): Promise<void> {
  try {
    const act = deeds[deed] as (...args: readonly unknown[]) => Promise<unknown>;
    report({ kind: 'answer', id, value: await act(...args) });
  } catch (error) {
    report({ kind: 'failure', id, problem: String(error) });
  }
}

function report(message: Report): void {
  process.send?.(message);
}
