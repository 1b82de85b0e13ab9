import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What a process of the app wrote to its log. */
export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One process of the app, as a platform would start it: a program, its environment, its log, signals. */
export class AppProcess {
  readonly name: string;
  readonly log: LogLine[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<Ending>;
  #listeners: (() => void)[] = [];

  constructor(name: string, program: string, env: Readonly<Record<string, string>>) {
    this.name = name;
    const file = fileURLToPath(new URL(`../${program}`, import.meta.url));
    this.#child = spawn(process.execPath, ['--import', 'tsx', file], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#ended = once(this.#child, 'close').then(([code, signal]) => ({ code, signal }));
    if (this.#child.stdout) createInterface(this.#child.stdout).on('line', (line) => this.#read(line));
    void this.#ended.then(() => this.#notify());
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The first such line, also one that was written before. Rejects where the process ends without it. */
  async says(message: string): Promise<LogLine> {
    for (;;) {
      const line = this.log.find((each) => each.message === message);
      if (line) return line;
      if (!this.#isRunning) throw new Error(`${this.name} ended before it said "${message}"`);
      await new Promise<void>((resolve) => this.#listeners.push(resolve));
    }
  }

  /** How many deliveries this process has made, by its log. */
  get delivered(): number {
    return this.#count('delivery attempted', 'delivered');
  }

  /** How often its async listener heard of a message. */
  get indexed(): number {
    return this.#count('indexed for search');
  }

  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<Ending> {
    if (this.#isRunning) this.#child.kill(signal);
    return this.#ended;
  }

  /** For a program that ends by itself. Rejects where it fails. */
  async succeeds(): Promise<void> {
    const { code } = await this.#ended;
    if (code !== 0) throw new Error(`${this.name} ended with code ${code}`);
  }

  get #isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  #count(message: string, state?: string): number {
    return this.log.filter((line) => line.message === message && line.state === state).length;
  }

  #read(line: string): void {
    this.log.push(JSON.parse(line) as LogLine);
    this.#notify();
  }

  #notify(): void {
    for (const listener of this.#listeners.splice(0)) listener();
  }
}
