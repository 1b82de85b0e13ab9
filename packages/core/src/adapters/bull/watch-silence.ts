import type { Redis } from 'ioredis';
import { type Connection, isClusterClient, type RedisClient } from './connections.js';

const ROUND_MS = 5_000;

/** What a connection is asked for, and since when. */
interface Question {
  readonly status: string;
  readonly askedAt: number;
}

/**
 * Cuts a connection of ours that gives no answer for `limitMs`: of a peer that vanished without a word the system tells
 * only after many minutes. (The option `socketTimeout` of ioredis 5.11 cuts the next connection, too, and keeps the
 * process alive after the last.) Answers the function that ends the watch.
 */
export function watchSilence({ client, isOurs }: Connection, limitMs: number): () => void {
  if (!isOurs) return () => {};
  const open = new Map<Redis, Question>();
  const timer = setInterval(() => {
    for (const node of nodesOf(client)) check(node, open, limitMs);
  }, ROUND_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function nodesOf(client: RedisClient): readonly Redis[] {
  return isClusterClient(client) ? client.nodes() : [client];
}

function check(node: Redis, open: Map<Redis, Question>, limitMs: number): void {
  const question = open.get(node);
  if (question?.status === node.status) {
    if (Date.now() - question.askedAt < limitMs) return;
    open.delete(node);
    node.disconnect(true);
  } else {
    ask(node, open);
  }
}

/** A connection in state `connect` waits already, for the greeting of the server. */
function ask(node: Redis, open: Map<Redis, Question>): void {
  open.delete(node);
  if (node.status !== 'ready' && node.status !== 'connect') return;
  const question = { status: node.status, askedAt: Date.now() };
  open.set(node, question);
  if (node.status === 'connect') return;
  const close = () => {
    if (open.get(node) === question) open.delete(node);
  };
  node.ping().then(close, close);
}
