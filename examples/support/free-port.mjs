import { createServer } from 'node:net';

// Below the ports that a system gives to connections (from 32768 on Linux): a client that tries and tries to reach a
// stopped server on one of those is, some time, given that very port and connects to itself.
const FIRST_PORT = 12_000;
const PORT_COUNT = 10_000;
const TRIES = 20;

/** A port of 127.0.0.1 that nobody listens on. */
export async function findFreePort() {
  for (let tries = 0; tries < TRIES; tries++) {
    const candidate = FIRST_PORT + Math.floor(Math.random() * PORT_COUNT);
    // a node of a Redis Cluster listens on this one, too
    if ((await isFree(candidate)) && (await isFree(candidate + 10_000))) return candidate;
  }
  throw new Error(`no free port found from ${FIRST_PORT} to ${FIRST_PORT + PORT_COUNT}`);
}

function isFree(port) {
  return new Promise((resolve) => {
    const probe = createServer().on('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
