// Keeps one throw-away Postgres for as long as the parent lives. A process of its own, since only something that
// outlives the parent can clean up after it however it ends: returned, crashed, Ctrl-C or SIGKILL.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from './free-port.mjs';

const PORT_TRIES = 5;
const READY = 'database system is ready to accept connections';
const PORT_TAKEN = /could not bind|Address already in use/;
const STOP_SIGNALS = { fast: 'SIGINT', immediate: 'SIGQUIT' };

/** The initdb or postgres that runs now. @type {import('node:child_process').ChildProcess | null} */
let child = null;
let isStopping = false;
let isRestarting = false;
let folder = '';

process.on('disconnect', stop);
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
process.once('message', (plan) => {
  keep(plan).catch(fail);
});

async function keep(plan) {
  folder = makeFolder(plan);
  await initialize(plan);
  const port = await startSomewhere(plan, PORT_TRIES);
  const url = `postgres://postgres:${plan.password}@127.0.0.1:${port}/postgres`;
  process.on('message', (order) => {
    restart(plan, port, order).then(() => report({ url }), fail);
  });
  report({ url });
}

async function restart(plan, port, { mode, downMs }) {
  isRestarting = true;
  child.kill(STOP_SIGNALS[mode]);
  await once(child, 'close');
  await sleep(downMs);
  const problem = await start(plan, port);
  if (problem) throw new Error(problem);
  isRestarting = false;
}

function makeFolder({ base, identity }) {
  const made = mkdtempSync(join(base, 'hookline-postgres-'));
  if (identity) chownSync(made, identity.uid, identity.gid);
  return made;
}

async function initialize({ initdb, password, identity }) {
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (identity) chownSync(passwordFile, identity.uid, identity.gid);
  const args = ['-D', join(folder, 'data'), '-U', 'postgres', '--auth=password', `--pwfile=${passwordFile}`];
  const running = run(initdb, [...args, '--encoding=UTF8', '--locale=C', '--no-sync'], identity);
  const [code] = await running.ended;
  if (code !== 0) throw new Error(`initdb ended with code ${code}:\n${running.log()}`);
}

async function startSomewhere(plan, triesLeft) {
  const port = await findFreePort();
  const problem = await start(plan, port);
  if (!problem) return port;
  if (triesLeft > 1 && PORT_TAKEN.test(problem)) return startSomewhere(plan, triesLeft - 1);
  throw new Error(problem);
}

/** Answers what is wrong where it did not start. */
async function start(plan, port) {
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...plan.settings, port };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const running = run(plan.postgres, ['-D', join(folder, 'data'), ...flags], plan.identity);
  const isReady = await Promise.race([running.says(READY).then(() => true), running.ended.then(() => false)]);
  if (!isReady) return `postgres did not start:\n${running.log()}`;
  running.ended.then(([code]) => {
    if (!isStopping && !isRestarting) fail(new Error(`postgres ended with code ${code}:\n${running.log()}`));
  });
  return null;
}

function run(command, args, identity) {
  if (isStopping) throw new Error('stopped while starting');
  const env = { ...process.env, LC_ALL: 'C' };
  const running = spawn(command, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'], ...identity });
  child = running;
  let log = '';
  const listeners = new Set();
  const append = (chunk) => {
    log = (log + chunk).slice(-10_000);
    for (const listener of listeners) listener();
  };
  running.stdout.on('data', append);
  running.stderr.on('data', append);
  return {
    log: () => log.trim(),
    ended: once(running, 'close'),
    says: (text) => new Promise((resolve) => listeners.add(() => log.includes(text) && resolve())),
  };
}

function report(message) {
  if (process.connected && !isStopping) process.send?.(message);
}

function fail(error) {
  const problem = error instanceof Error ? error.message : String(error);
  if (process.connected && !isStopping) process.send?.({ problem }, () => stop());
  else stop();
}

async function stop() {
  if (isStopping) return;
  isStopping = true;
  if (child && child.exitCode === null && child.signalCode === null) {
    // The data is thrown away: no checkpoint, no waiting for clients.
    child.kill('SIGQUIT');
    await once(child, 'close');
  }
  if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  if (process.connected) process.disconnect();
}
