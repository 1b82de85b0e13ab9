import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { buildPrograms } from './build-programs.ts';

const LOG_CHARS = 4_000;
let folder: string | null = null;

type Message =
  | { readonly news: string }
  | { readonly number: number; readonly answer: unknown }
  | { readonly number: number; readonly problem: string };

export interface ProgramOptions {
  /** Where its JavaScript is. Default: what `programs/` is built into. */
  readonly folder?: string;
  /** For Node. Default: none. */
  readonly execArgv?: readonly string[];
}

/** A process of the suite, running one of `programs/`. It ends with its parent at the latest. */
export class Program<Order> {
  readonly title: string;
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, (message: Message) => void>();
  readonly #listeners = new Set<(news: string) => void>();
  readonly #ended: Promise<unknown>;
  #count = 0;
  #log = '';

  private constructor(title: string, file: string, config: object, options: ProgramOptions) {
    this.title = title;
    this.#process = fork(join(options.folder ?? ownFolder(), `${file}.js`), [JSON.stringify(config)], {
      execArgv: [...(options.execArgv ?? [])],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#ended = once(this.#process, 'exit');
    this.#process.on('message', (message) => this.#hear(message as Message));
    this.#process.on('exit', () => this.#endWaiting());
    this.#process.on('error', () => {});
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on('data', (chunk) => {
        this.#log = (this.#log + chunk).slice(-LOG_CHARS);
      });
    }
  }

  /** Resolves when it is ready for orders; rejects with its log where it never gets there. */
  static async start<Order>(
    title: string,
    file: string,
    config: object = {},
    options: ProgramOptions = {},
  ): Promise<Program<Order>> {
    const program = new Program<Order>(title, file, config, options);
    await program.says('ready');
    return program;
  }

  /** What it wrote last, to stdout and stderr. */
  get log(): string {
    return this.#log.trim();
  }

  get isAlive(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Rejects where the process fails to obey, or ends before it answers. */
  ask<Answer = null>(order: Order): Promise<Answer> {
    const number = ++this.#count;
    return new Promise((resolve, reject) => {
      if (!this.isAlive) return reject(new Error(`${this.title} has ended:\n${this.log}`));
      this.#waiting.set(number, (message) => {
        if ('answer' in message) resolve(message.answer as Answer);
        else reject(new Error(`${this.title}: ${'problem' in message ? message.problem : ''}`));
      });
      this.#process.send({ number, order }, () => {});
    });
  }

  /** Gives an order to a process that will not live to answer it. */
  tell(order: Order): void {
    this.ask(order).catch(() => {});
  }

  /** Resolves when the process says so. */
  says(expected: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = () => this.#listeners.delete(listener);
      const listener = (news: string) => {
        if (news !== expected) return;
        done();
        resolve();
      };
      this.#listeners.add(listener);
      void this.#ended.then(() => {
        if (done()) reject(new Error(`${this.title} ended before it was ${expected}:\n${this.log}`));
      });
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** `kill -9`: it has no chance to do anything. Resolves when it is gone. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#ended;
  }

  /** Resolves when it ended by itself: with its exit code, or null after `timeoutMs`. */
  async ends(timeoutMs: number): Promise<number | null> {
    let timer: NodeJS.Timeout | undefined;
    const elapsed = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([this.#ended, elapsed]);
    clearTimeout(timer);
    return this.#process.exitCode;
  }

  #hear(message: Message): void {
    if ('news' in message) for (const listener of this.#listeners) listener(message.news);
    else {
      this.#waiting.get(message.number)?.(message);
      this.#waiting.delete(message.number);
    }
  }

  #endWaiting(): void {
    for (const [number, settle] of this.#waiting) settle({ number, problem: `ended:\n${this.log}` });
    this.#waiting.clear();
  }
}

function ownFolder(): string {
  folder ??= buildPrograms();
  return folder;
}
