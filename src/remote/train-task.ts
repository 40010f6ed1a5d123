import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { clearRunFolder, listStates } from '../checkpoint/run-files.js';
import type { DatasetShelf } from '../experiment/dataset-shelf.js';
import { readEnvironment } from '../experiment/environment.js';
import type { RunObserver } from '../experiment/executor.js';
import type { LocalExecutor } from '../experiment/local-executor.js';
import type { SweepPoint } from '../experiment/plan-sweep.js';
import { unpackPoint } from '../experiment/portable-point.js';
import type { EpochMetrics, TrainResult } from '../run/types.js';
import { listCarriedFiles } from './carried-files.js';
import {
  type CarriedResult,
  carryFailure,
  carryResult,
  type Training,
  writeResult,
} from './carried-result.js';
import { findResults, isFinished, RESULT_FILE } from './find-results.js';
import { type Began, Journal, JournalReader, type Origin } from './journal.js';
import type { Attempt, SharedFolder } from './shared-folder.js';
import { takeStates } from './take-states.js';
import { checkTaskNumerics, type Task } from './task.js';

/** Of what a run tells while it trains. */
const PROGRESS_INTERVAL_MS = 2_000;

export interface TaskOptions {
  readonly shared: SharedFolder;
  /** The machine's name, for the record. */
  readonly host: string;
  /** As the engine that gave the task calls it: `slurm 1234_5`. */
  readonly job: string;
  readonly executor: LocalExecutor;
  /** Has the data of points that were trained before. */
  readonly shelf: DatasetShelf;
  readonly signal: AbortSignal;
  readonly observer: TaskObserver;
}

/** Who wants to know how a task goes on. */
export interface TaskObserver extends RunObserver {
  /** Before anything else of it. */
  began(point: SweepPoint): void;
}

/** How a task ended. */
export type TaskEnd =
  /** Another attempt has come to the result before. */
  | { readonly kind: 'known' }
  /** Its state is saved, where there is one; the next attempt goes on from it. */
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'ended'; readonly result: TrainResult }
  | { readonly kind: 'failed'; readonly error: Error };

/**
 * Trains one point of a shared folder, goes on from what earlier attempts have saved there, and leaves the result with its weights. It needs no database and no
 * server; any number of processes may be at one point.
 *
 * @throws UserError if the task is of another numerics version, or the folder cannot be written
 */
export async function trainTask(task: Task, options: TaskOptions): Promise<TaskEnd> {
  checkTaskNumerics(task);
  const { shared } = options;
  const { identity } = task.point;
  const { attempts, ...found } = await findResults(shared, identity);
  if (isFinished(found)) return { kind: 'known' };
  const attempt = await shared.beginAttempt(identity);
  const source = task.checkpoints ? await takeStates(attempt, attempts) : null;
  return new TaskRun(task, options, attempt, source && (await readOrigin(source))).run();
}

/** One attempt at a task. */
class TaskRun {
  private readonly startedAt = new Date().toISOString();
  private readonly epochs: EpochMetrics[] = [];
  private hasResumed = false;
  private toldAtMs = 0;

  constructor(
    private readonly task: Task,
    private readonly options: TaskOptions,
    private readonly attempt: Attempt,
    private readonly origin: Origin | null,
  ) {}

  async run(): Promise<TaskEnd> {
    const { startedAt, origin, options } = this;
    const journal = await Journal.begin(this.attempt);
    try {
      journal.add({ kind: 'began', startedAt, host: options.host, job: options.job, origin });
      const end = await this.train(journal);
      if (end.kind === 'interrupted') journal.add({ kind: 'left', reason: 'interrupted' });
      if (end.kind === 'ended') await this.leaveResult(end.result);
      if (end.kind === 'failed') await this.leaveFailure(end.error);
      return end;
    } finally {
      await journal.close();
    }
  }

  private async train(journal: Journal): Promise<TaskEnd> {
    const { executor, shelf, signal, observer } = this.options;
    const { checkpoints } = this.task;
    try {
      const point = await unpackPoint(this.task.point, shelf);
      observer.began(point);
      const result = await executor.run(point, {
        signal,
        checkpoints: checkpoints && { ...checkpoints, folder: this.attempt.folder },
        observer: {
          resumed: (resumption) => {
            const { epoch, step, epochs } = resumption;
            this.hasResumed = epoch > 1 || step > 0;
            this.epochs.push(...epochs);
            journal.add({ kind: 'resumed', epoch, step });
            // Those that the attempt which ended has not told.
            for (const metrics of epochs) journal.add({ kind: 'epochEnded', metrics });
            observer.resumed?.(resumption);
          },
          progressed: (progress) => {
            observer.progressed(progress);
            if (performance.now() - this.toldAtMs < PROGRESS_INTERVAL_MS) return;
            this.toldAtMs = performance.now();
            journal.add({ kind: 'progressed', progress });
          },
          epochEnded: (metrics) => {
            this.epochs.push(metrics);
            journal.add({ kind: 'epochEnded', metrics });
            observer.epochEnded(metrics);
          },
        },
      });
      return result.state === 'interrupted' ? { kind: 'interrupted' } : { kind: 'ended', result };
    } catch (error) {
      if (signal.aborted) return { kind: 'interrupted' };
      return { kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) };
    }
  }

  private async leaveResult(result: TrainResult): Promise<void> {
    const { task, attempt } = this;
    const { point } = task;
    const keep = task.checkpoints === null ? 'nothing' : (task.checkpoints.keep ?? 'model');
    const isDone = result.state === 'done';
    const files = isDone ? await listCarriedFiles(attempt.folder, keep) : [];
    const [last] = isDone && keep === 'state' ? await listStates(attempt.folder) : [];
    await this.leave(carryResult(result, { point, training: this.describe(), files }));
    if (isDone) await clearRunFolder(attempt.folder, keep);
    const attempts = await this.options.shared.listAttempts(point.identity).catch(() => []);
    const earlier = attempts.filter(({ number }) => number < attempt.number);
    for (const other of earlier) await clearStates(other, last && basename(last));
  }

  private async leaveFailure(error: Error): Promise<void> {
    const { point } = this.task;
    await this.leave(carryFailure(error, this.epochs, { point, training: this.describe() }));
  }

  private async leave(carried: CarriedResult): Promise<void> {
    await writeResult(join(this.attempt.folder, RESULT_FILE), carried, {
      makesFolder: false,
      advice: 'Make room in the shared folder, and submit the point again.',
    });
  }

  private describe(): Training {
    const { attempt, options } = this;
    const origin = this.hasResumed ? this.origin : null;
    const { startedAt, resumptions } = origin ?? { startedAt: this.startedAt, resumptions: 0 };
    return {
      environment: {
        ...readEnvironment(),
        remote: { host: options.host, job: options.job, attempt: attempt.number, resumptions },
      },
      workers: options.executor.workers,
      startedAt,
      finishedAt: new Date().toISOString(),
    };
  }
}

/** An attempt goes on where another one was: what that one began with, and that it was resumed once more. */
async function readOrigin(attempt: Attempt): Promise<Origin> {
  const entries = await new JournalReader(attempt).read();
  const began = entries.find((entry): entry is Began => entry.kind === 'began');
  const { startedAt, resumptions } = began?.origin ?? {
    startedAt: began?.startedAt ?? new Date().toISOString(),
    resumptions: 0,
  };
  return { startedAt, resumptions: resumptions + 1 };
}

/**
 * Of an attempt that has come to no result, and need not any more. One that is alive is none the worse: it writes others, and keeps what its result names.
 *
 * @param kept the name of the state that stays of a run that is done, if one does
 */
async function clearStates({ folder }: Attempt, kept: string | undefined): Promise<void> {
  if (existsSync(join(folder, RESULT_FILE))) return;
  const files = (await listStates(folder).catch(() => [])).filter((file) => basename(file) !== kept);
  for (const file of files) await rm(file, { force: true }).catch(() => {});
}
