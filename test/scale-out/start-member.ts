import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Command, Deeds, MemberPlan, Report } from './programs/member.ts';

const PROGRAM = fileURLToPath(new URL('programs/member.ts', import.meta.url));

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process of its own with a hub. */
export interface Member {
  /** What its listeners heard: the lane and the id of the event. */
  readonly heard: readonly string[];
  readonly isRunning: boolean;
  ask<Deed extends keyof Deeds>(
    deed: Deed,
    ...args: Parameters<Deeds[Deed]>
  ): Promise<Awaited<ReturnType<Deeds[Deed]>>>;
  end(signal?: NodeJS.Signals): Promise<Ending>;
}

const running = new Set<ForkedMember>();

/** What a test that failed left over. */
export async function killMembers(): Promise<void> {
  await Promise.all([...running].map((member) => member.end('SIGKILL')));
}

/** Resolves when its hub has started. */
export async function startMember(plan: MemberPlan): Promise<Member> {
  const child = fork(PROGRAM, {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, MEMBER_PLAN: JSON.stringify(plan) },
  });
  const member = new ForkedMember(child);
  await member.started;
  return member;
}

class ForkedMember implements Member {
  readonly heard: string[] = [];
  readonly started: Promise<void>;
  readonly #child: ChildProcess;
  readonly #ended: Promise<Ending>;
  readonly #answers = new Map<number, (report: Report) => void>();
  #lastId = 0;
  #noteStart = () => {};

  constructor(child: ChildProcess) {
    this.#child = child;
    running.add(this);
    this.#ended = once(child, 'exit').then(([code, signal]) => {
      running.delete(this);
      return { code, signal };
    });
    this.started = new Promise((resolve, reject) => {
      this.#noteStart = resolve;
      void this.#ended.then(() => reject(new Error('a member ended before it had started')));
    });
    child.on('message', (report) => this.#take(report as Report));
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async ask<Deed extends keyof Deeds>(
    deed: Deed,
    ...args: Parameters<Deeds[Deed]>
  ): Promise<Awaited<ReturnType<Deeds[Deed]>>> {
    this.#lastId += 1;
    const command: Command = { id: this.#lastId, deed, args };
    const answered = new Promise<Report>((resolve) => this.#answers.set(command.id, resolve));
    this.#child.send(command);
    const report = await answered;
    if (report.kind !== 'answer') throw new Error(report.kind === 'failure' ? report.problem : report.kind);
    return report.value as Awaited<ReturnType<Deeds[Deed]>>;
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ending> {
    if (this.isRunning) this.#child.kill(signal);
    return this.#ended;
  }

  #take(report: Report): void {
    if (report.kind === 'started') this.#noteStart();
    else if (report.kind === 'heard') this.heard.push(`${report.lane} ${report.eventId}`);
    else this.#answers.get(report.id)?.(report);
  }
}
