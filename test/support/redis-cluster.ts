import { Redis } from 'ioredis';
import {
  type RedisServer,
  type RedisServerOptions,
  startRedis,
} from '../../examples/support/redis-server.ts';

export interface RedisCluster {
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  readonly servers: readonly RedisServer[];
  readonly password: string;
  stop(): Promise<void>;
}

const SLOTS = 16_384;
const POLL_MS = 50;

/** Three masters without replicas, on ports of 127.0.0.1, each with a third of the slots. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const first = await startNode();
  const { password } = first;
  const nodes = [first, ...(await Promise.all([startNode({ password }), startNode({ password })]))];
  const clients = nodes.map(({ url }) => new Redis(url));
  try {
    await form(clients, nodes);
  } finally {
    for (const client of clients) client.disconnect();
  }
  return {
    nodes: nodes.map(({ host, port }) => ({ host, port })),
    servers: nodes,
    password,
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))),
  };
}

function startNode(options: RedisServerOptions = {}): Promise<RedisServer> {
  return startRedis({ ...options, settings: { 'cluster-enabled': 'yes', 'cluster-node-timeout': '1000' } });
}

async function form(clients: readonly Redis[], nodes: readonly RedisServer[]): Promise<void> {
  const share = Math.ceil(SLOTS / nodes.length);
  await Promise.all(
    clients.map(async (client, index) => {
      const end = Math.min((index + 1) * share, SLOTS);
      const slots = Array.from({ length: end - index * share }, (_, offset) => index * share + offset);
      // without it, all nodes begin as equals, and settle who owns what only after a while
      await client.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
      await client.call('CLUSTER', 'ADDSLOTS', ...slots);
    }),
  );
  await Promise.all(nodes.slice(1).map(({ host, port }) => clients[0]?.call('CLUSTER', 'MEET', host, port)));
  for (const client of clients) await becomesOk(client, nodes.length);
}

async function becomesOk(client: Redis, size: number): Promise<void> {
  for (;;) {
    const info = await client.cluster('INFO');
    if (info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${size}`)) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
