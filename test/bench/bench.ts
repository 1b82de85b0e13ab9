/** What one contender of a bench did in one round; what a bench does not measure is absent. */
export interface Measurement {
  /** Of what the bench counts: deliveries, dispatches, calls. */
  readonly perSec?: number;
  /** CPU time of the contender's own process, user and system, in milliseconds per 1,000 of them. */
  readonly cpuMsPer1000?: number;
  /** In milliseconds. */
  readonly p50?: number;
  readonly p95?: number;
  readonly p99?: number;
  readonly max?: number;
  /** Resident memory of the contender's own process at its highest, in MiB. */
  readonly memoryMiB?: number;
  /** CPU time of the others that it takes, likewise. */
  readonly receiverCpuMsPer1000?: number;
  readonly postgresCpuMsPer1000?: number;
  readonly redisCpuMsPer1000?: number;
  /** Write-ahead log of Postgres, in bytes for one of them. */
  readonly walBytesEach?: number;
  /** Room that tables and indices take, likewise. */
  readonly diskBytesEach?: number;
  readonly redisCommandsEach?: number;
}

/** One row of a report: the medians over all rounds, and how far the rounds lay apart. */
export interface Result extends Measurement {
  readonly name: string;
  readonly rounds: readonly Measurement[];
}

/** A figure that the project holds itself to: `>=` or `<=` is in `want`, and `got` is what this run measured. */
export interface Target {
  readonly name: string;
  readonly want: string;
  readonly got: number;
  readonly met: boolean;
}

export interface BenchOutcome {
  readonly rounds: number;
  readonly results: readonly Result[];
  /** Ours to a peer in the same run: the median of the ratios round by round. */
  readonly ratios: Readonly<Record<string, number>>;
  readonly targets: readonly Target[];
  /** What a reader must know to judge the figures: sizes, settings, what is stored. */
  readonly notes: readonly string[];
  /** Of the servers that took part; those of the libraries are known without it. */
  readonly versions?: Readonly<Record<string, string>>;
}

export interface BenchContext {
  /** `full` is what is published; `short` shows in seconds that the bench works, and its figures mean nothing. */
  readonly size: 'full' | 'short';
  /** Tells how far it is. */
  readonly note: (line: string) => void;
  /** Default: as many as the bench thinks right for its size. */
  readonly rounds?: number;
  /** Contenders, by the name of their result or what stands before its first comma. Default: all. */
  readonly only?: readonly string[];
  /** A folder for CPU profiles of the contenders' processes. Default: none are taken. */
  readonly profileFolder?: string;
  /** For peers that do so many attempts at once, in place of what suits them best: to find that. */
  readonly concurrency?: number;
}

export interface Bench {
  readonly name: string;
  /** One sentence: what is measured, from when to when. */
  readonly title: string;
  run(context: BenchContext): Promise<BenchOutcome>;
}

/** What `npm run bench -- <name> --json` prints. */
export interface Report extends BenchOutcome {
  readonly bench: string;
  readonly title: string;
  readonly machine: Readonly<Record<string, string | number>>;
  readonly versions: Readonly<Record<string, string>>;
}
