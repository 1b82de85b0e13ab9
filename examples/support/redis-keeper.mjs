// Keeps one throw-away Redis for as long as the parent lives. A process of its own, since only something that
// outlives the parent can clean up after it however it ends: returned, crashed, Ctrl-C or SIGKILL.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from './free-port.mjs';

const PORT_TRIES = 20;
const READY = 'Ready to accept connections';
const PORT_TAKEN = /Address already in use|Failed listening/;

/** @type {import('node:child_process').ChildProcess | null} */
let server = null;
let plan = null;
let port = 0;
let isStopping = false;
let folder = '';

const DEEDS = {
  open,
  start,
  kill,
  pause: () => server?.kill('SIGSTOP'),
  resume: () => server?.kill('SIGCONT'),
};

process.on('disconnect', stop);
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
process.on('message', async ({ deed, plan: given }) => {
  try {
    await DEEDS[deed](given);
    report({ port });
  } catch (error) {
    report({ problem: error instanceof Error ? error.message : String(error) });
  }
});

async function open(given) {
  plan = given;
  folder = mkdtempSync(join(tmpdir(), 'hookline-redis-'));
  for (let tries = 1; ; tries++) {
    port = plan.port || (await findFreePort());
    const problem = await run();
    if (problem === null) return;
    if (plan.port || tries === PORT_TRIES || !PORT_TAKEN.test(problem)) throw new Error(problem);
  }
}

/** Again, on the same port. */
async function start() {
  if (isRunning()) return;
  const problem = await run();
  if (problem !== null) throw new Error(problem);
}

async function kill() {
  if (!isRunning()) return;
  server.kill('SIGKILL');
  await once(server, 'close');
}

/** Null, or why it did not start. */
async function run() {
  if (isStopping) return 'stopped while starting';
  const running = spawn(plan.command, ['-'], { cwd: folder, env: plan.env, stdio: ['pipe', 'pipe', 'pipe'] });
  server = running;
  let log = '';
  const started = new Promise((resolve) => {
    const append = (chunk) => {
      log = (log + chunk).slice(-10_000);
      if (log.includes(READY)) resolve(true);
    };
    running.stdout.on('data', append);
    running.stderr.on('data', append);
  });
  // settings by stdin: everybody on this machine can read a command line
  running.stdin.on('error', () => {});
  running.stdin.end(settings());
  const ended = new Promise((resolve) => {
    running.on('close', () => resolve(false));
    running.on('error', (error) => {
      log += error.message;
      resolve(false);
    });
  });
  return (await Promise.race([started, ended])) ? null : `redis-server did not start:\n${log.trim()}`;
}

function settings() {
  const all = { ...plan.settings, port, bind: '127.0.0.1', dir: folder, daemonize: 'no' };
  return Object.entries(all)
    .map(([name, value]) => `${name} ${value === '' ? '""' : value}\n`)
    .join('');
}

function isRunning() {
  return server !== null && server.exitCode === null && server.signalCode === null;
}

function report(message) {
  if (process.connected && !isStopping) process.send?.(message);
}

async function stop() {
  if (isStopping) return;
  isStopping = true;
  await kill();
  if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  if (process.connected) process.disconnect();
}
