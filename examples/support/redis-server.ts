import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { environmentOf, findRedisBinary } from './redis-binary.ts';

export interface RedisServerOptions {
  /** Default: a free one. */
  readonly port?: number;
  /** Keep a log on disk, so that the data is there again after `kill()` and `start()`. Default false. */
  readonly appendOnly?: boolean;
  /** Default: a random one. */
  readonly password?: string;
  /** Further settings, as in redis.conf. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface RedisServer {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly password: string;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again after `kill()`, on the same port. */
  start(): Promise<void>;
  /** It keeps its connections and answers nothing, until `resume()`. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Stops it and removes its data. */
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';

/**
 * Starts a throw-away Redis: on a port of 127.0.0.1 with a password of its own, nothing saved. It ends, and its data
 * goes, with `stop()` or with this process, however that ends; it never keeps the process alive. Rejects with an
 * Error that tells what to do where there is no Redis.
 */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const binary = await findRedisBinary();
  const password = options.password ?? randomBytes(18).toString('hex');
  // Detached: Ctrl-C in a terminal reaches every process of the group, and we want to close before the server does.
  const process = fork(fileURLToPath(new URL('./redis-keeper.mjs', import.meta.url)), {
    detached: true,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const keeper = new Keeper(process);
  const plan = {
    command: binary.command,
    env: environmentOf(binary),
    port: options.port ?? 0,
    settings: settingsOf(options, password),
  };
  const { port } = await keeper.ask('open', plan);
  return {
    url: `redis://:${password}@${HOST}:${port}`,
    ...{ host: HOST, port, password },
    kill: async () => void (await keeper.ask('kill')),
    start: async () => void (await keeper.ask('start')),
    pause: async () => void (await keeper.ask('pause')),
    resume: async () => void (await keeper.ask('resume')),
    stop: () => keeper.stop(),
  };
}

function settingsOf({ appendOnly, settings }: RedisServerOptions, password: string): Record<string, string> {
  return {
    save: '',
    appendonly: appendOnly ? 'yes' : 'no',
    appendfsync: 'no',
    requirepass: password,
    masterauth: password,
    ...settings,
  };
}

type Deed = 'open' | 'start' | 'kill' | 'pause' | 'resume';
type Report = { readonly port: number } | { readonly problem: string };

/** The process that holds the server; asked for one thing after the other. */
class Keeper {
  readonly #process: ChildProcess;
  #answer: (report: Report) => void = () => {};
  #last: Promise<unknown> = Promise.resolve();

  constructor(process: ChildProcess) {
    this.#process = process;
    process.on('message', (report) => this.#answer(report as Report));
    process.on('exit', (code) => this.#answer({ problem: `its keeper ended with code ${code}` }));
  }

  ask(deed: Deed, plan?: object): Promise<{ readonly port: number }> {
    const answered = this.#last.then(() => this.#askNow(deed, plan));
    this.#last = answered.catch(() => {});
    return answered;
  }

  async stop(): Promise<void> {
    await this.#last;
    if (this.#isGone()) return;
    this.#process.ref();
    const exited = once(this.#process, 'exit');
    if (this.#process.connected) this.#process.disconnect();
    await exited;
  }

  async #askNow(deed: Deed, plan?: object): Promise<{ readonly port: number }> {
    if (this.#isGone()) throw new Error(`Redis did not ${deed}: it was stopped.`);
    this.#process.ref();
    this.#process.channel?.ref();
    const report = await new Promise<Report>((resolve) => {
      this.#answer = resolve;
      this.#process.send({ deed, plan });
    });
    this.#process.unref();
    this.#process.channel?.unref();
    if ('problem' in report) throw new Error(`Redis did not ${deed}: ${report.problem}`);
    return report;
  }

  #isGone(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }
}
