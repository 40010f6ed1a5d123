import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../core/errors.js';
import { inheritFlags } from '../core/node-flags.js';
import { Patience, TICK_MS } from '../core/patience.js';
import { readProcessTime } from '../core/process-time.js';
import { sizeOf } from '../core/shape.js';
import { findModule } from '../parallel/threads.js';
import type { FittedRun } from '../run/fit.js';
import type { TrainResult } from '../run/types.js';
import { type ExecutorOptions, UnableToTrain } from './executor.js';
import type { SweepPoint } from './plan-sweep.js';
import { packPoint } from './portable-point.js';
import { describeEnd, type ProcessEnd } from './process-end.js';
import type { Failure, TrainerOptions, TrainerOrder, TrainerReport } from './trainer-protocol.js';

/** A process begins within half a second of one core's time. */
const START_LIMIT_MS = 10_000;
const PING_INTERVAL_MS = 1_000;
/** A process's event loop is never busy for longer, but for what takes its time with every byte. */
const SILENCE_LIMIT_MS = 7_000;
/** A floor for what is done with data and weights at one go: read, unpacked, hashed, filled with random numbers. */
const BYTES_PER_MS = 25_000;
/** What a process may still have to say once it has ended. */
const LAST_WORDS_MS = 1_000;
/** Of standard error, to find in them what a process died of. */
const KEPT_LINES = 60;

/** Signals that a terminal sends to all processes of a command. */
const TERMINAL_SIGNALS: readonly (string | null)[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * A process that trains points, one at a time, as workers/trainer.ts does. It can die of anything without taking this one with it, and goes when
 * this one goes.
 */
export class TrainerProcess {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #ended: Promise<ProcessEnd>;
  #isAlive = true;
  /** Why this process ended it, if it did. */
  #killedFor: string | null = null;
  #print: ((line: string) => void) | null = null;
  /** Fails the run under way. The end is listened for once and not by every run, as it would keep all of them, with their weights. */
  #failRun: ((error: ProcessFailure) => void) | null = null;

  private constructor(options: TrainerOptions) {
    const child = fork(findModule('workers', 'trainer'), [JSON.stringify(options)], {
      serialization: 'advanced',
      execArgv: inheritFlags(process.execArgv),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    this.#ended = this.#awaitEnd();
    void this.#ended.then((end) => this.#failRun?.(this.#describeFailure(end)));
    // There are none where it could not be started.
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => this.#hear(line, stream === child.stderr));
    }
  }

  /**
   * Starts a process, and waits until it has begun.
   *
   * @throws UnableToTrain if it does not begin
   */
  static async start(options: TrainerOptions): Promise<TrainerProcess> {
    for (;;) {
      const trainer = new TrainerProcess(options);
      const end = await trainer.#begin();
      if (end === null) return trainer;
      // Ctrl-C reaches the whole group, also processes that cannot yet ignore it; the next one can.
      if (TERMINAL_SIGNALS.includes(end.signal)) continue;
      const flags = [...inheritFlags(process.execArgv), process.env.NODE_OPTIONS ?? ''].join(' ').trim();
      throw new UnableToTrain(
        `trainer: expected a process that begins to train, found that it ${trainer.#explain(end)}. ` +
          `Mend that${flags === '' ? '' : ` (its flags of Node.js are ${flags})`}, and start again.`,
      );
    }
  }

  /** Whether it can take another point. */
  get isAlive(): boolean {
    return this.#isAlive;
  }

  /**
   * Trains a point; one at a time.
   *
   * @throws UserError if the point cannot be trained, ProcessFailure if the process dies of it or has to be ended, any other error for a bug
   */
  async train(
    point: SweepPoint & FittedRun,
    { signal, observer, checkpoints }: ExecutorOptions,
  ): Promise<TrainResult> {
    if (!this.#isAlive) throw this.#describeFailure(await this.#ended);
    this.#print = (line) => observer.printed?.(line);
    const stop = () => this.#send({ kind: 'stop' });
    const patience = this.#watch(point);
    const pings = setInterval(() => this.#send({ kind: 'ping' }), PING_INTERVAL_MS);
    let listen: (report: TrainerReport) => void = () => {};
    try {
      const result = new Promise<TrainResult>((resolve, reject) => {
        let weights = new Float32Array(0);
        listen = (report) => {
          patience.renew();
          if (report.kind === 'resumed') observer.resumed?.(report.resumption);
          else if (report.kind === 'progressed') observer.progressed(report.progress);
          else if (report.kind === 'epochEnded') observer.epochEnded(report.metrics);
          else if (report.kind === 'weights') {
            if (report.offset === 0) weights = new Float32Array(report.count);
            weights.set(report.values, report.offset);
          } else if (report.kind === 'ended') resolve({ ...report.result, weights });
          else if (report.kind === 'failed') reject(this.#receive(report.failure));
        };
        this.#child.on('message', listen);
        this.#failRun = reject;
      });
      this.#send({ kind: 'train', point: { ...packPoint(point), checkpoints } });
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop);
      return await result;
    } finally {
      signal.removeEventListener('abort', stop);
      this.#child.off('message', listen);
      patience.end();
      clearInterval(pings);
      this.#print = null;
      this.#failRun = null;
    }
  }

  /** Ends the process, at once: it has nothing to lose between two points. */
  async close(): Promise<void> {
    this.#kill('was closed');
    await this.#ended;
  }

  /** @returns null once it has begun, or how it ended */
  async #begin(): Promise<ProcessEnd | null> {
    const patience = new Patience(
      START_LIMIT_MS,
      (ms) => this.#kill(`has not begun after ${(ms / 1000).toFixed(1)} s`),
      this.#measureTicks(),
    );
    const ready = once(this.#child, 'message').then(([report]: TrainerReport[]) => {
      if (report!.kind === 'failed') this.#kill(`cannot: ${report!.failure.message}`);
      return report!.kind === 'ready' ? null : this.#ended;
    });
    // An error of the child's, which is its end as well.
    ready.catch(() => {});
    try {
      return await Promise.race([ready.catch(() => this.#ended), this.#ended]);
    } finally {
      patience.end();
    }
  }

  #watch({ plan, dataset }: FittedRun): Patience {
    const { shape, train, test } = dataset;
    const bytes = 4 * plan.weightFloats + (train.count + test.count) * sizeOf(shape);
    return new Patience(
      SILENCE_LIMIT_MS + bytes / BYTES_PER_MS,
      (ms) => this.#kill(`was ended, as its event loop had been silent for ${(ms / 1000).toFixed(1)} s`),
      this.#measureTicks(),
    );
  }

  /** Time in which the process is stopped, or waits for a core, is not time in which it is silent. */
  #measureTicks(): () => number {
    let waitedMs = 0;
    return () => {
      const time = readProcessTime(this.#child.pid!);
      if (time === null) return TICK_MS;
      const hinderedMs = time.isStopped ? TICK_MS : time.waitedMs - waitedMs;
      waitedMs = time.waitedMs;
      return Math.max(0, TICK_MS - hinderedMs);
    };
  }

  #receive({ message, stack, isUserError, isLast }: Failure): Error {
    if (isLast) this.#kill('was ended');
    return isUserError ? new UserError(message) : Object.assign(new Error(message), { stack });
  }

  /** An order to a process that has gone is lost; its end is told by itself. */
  #send(order: TrainerOrder): void {
    this.#child.send(order, () => {});
  }

  /** By force, since it ignores the gentler signals, and may be unable to do anything. */
  #kill(reason: string): void {
    this.#isAlive = false;
    this.#killedFor ??= reason;
    this.#child.kill('SIGKILL');
  }

  #hear(line: string, isError: boolean): void {
    this.#print?.(line);
    if (!isError) return;
    this.#lines.push(line);
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
  }

  #describeFailure(end: ProcessEnd): ProcessFailure {
    return new ProcessFailure(`its process ${this.#explain(end)}`, this.#lines);
  }

  #explain(end: ProcessEnd): string {
    return this.#killedFor ?? describeEnd(end, this.#lines);
  }

  async #awaitEnd(): Promise<ProcessEnd> {
    const end = new Promise<ProcessEnd>((resolve) => {
      this.#child.on('exit', (code, signal) => resolve({ code, signal }));
      // Where it could not even be started.
      this.#child.on('error', (error) => {
        this.#lines.push(error.message);
        if (this.#child.pid === undefined) resolve({ code: null, signal: null });
      });
    });
    const closed = once(this.#child, 'close').catch(() => {});
    const how = await end;
    this.#isAlive = false;
    await Promise.race([closed, sleep(LAST_WORDS_MS, undefined, { ref: false })]);
    return how;
  }
}

/** A run whose process died. In place of this process's stack, which tells nothing, stands what the other one wrote last. */
export class ProcessFailure extends Error {
  override readonly name = 'ProcessFailure';

  constructor(message: string, lines: readonly string[]) {
    super(message);
    this.stack = [message, ...lines].join('\n');
  }
}
