import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../core/errors.js';
import {
  type Executor,
  type ExecutorOptions,
  Interrupted,
  type RunObserver,
} from '../../experiment/executor.js';
import { findFileSystem, isNetworkFileSystem } from '../../experiment/file-system.js';
import type { SweepPoint } from '../../experiment/plan-sweep.js';
import type { RecordedResult } from '../../experiment/run-result.js';
import { checkAgreement, makerOf } from '../agreement.js';
import { copyCarriedFiles } from '../carried-files.js';
import { endOf } from '../carried-result.js';
import { type FoundResult, findResults, isFailure } from '../find-results.js';
import { JournalReader } from '../journal.js';
import type { Attempt, SharedFolder } from '../shared-folder.js';
import { type QueuedPoint, SlurmQueue } from './queue.js';

/** How often Slurm is asked, for all points at once, and the folders of those that run are looked at. */
const LOOK_INTERVAL_MS = 3_000;
/** How long a result may stay unseen after its task has ended: network disks show other machines' files after up to a minute. */
const UNSEEN_MS = { local: 5_000, network: 90_000 } as const;
/** Points whose runs are recorded while they go on; the others are recorded when one of these has ended. */
const MOST_AT_ONCE = 64;

/** By identity: those that are pending or run. */
type QueuedPoints = ReadonlyMap<string, QueuedPoint>;

/** Waits for points that Slurm trains. */
export class SlurmExecutor implements Executor {
  readonly parallel: number;
  readonly workers = null;
  readonly #shared: SharedFolder;
  readonly #identities: ReadonlySet<string>;
  readonly #unseenMs: number;
  readonly #tell: (line: string) => void;
  #queue: SlurmQueue | null = null;
  #look: { readonly atMs: number; readonly queued: Promise<QueuedPoints | null> } | null = null;
  #isUnanswered = false;

  /**
   * @param identities of the points, which have been submitted
   * @param tell is told that Slurm does not answer, in one line each time that it ceases to
   */
  constructor(shared: SharedFolder, identities: ReadonlySet<string>, tell: (line: string) => void) {
    this.#tell = tell;
    this.parallel = Math.max(1, Math.min(identities.size, MOST_AT_ONCE));
    this.#shared = shared;
    this.#identities = identities;
    const place = findFileSystem(shared.path);
    this.#unseenMs = place && isNetworkFileSystem(place) ? UNSEEN_MS.network : UNSEEN_MS.local;
  }

  /** @throws Interrupted once the signal is raised; UserError if the task fails, or ends without a result */
  async run(
    { identity }: SweepPoint,
    { signal, observer, checkpoints }: ExecutorOptions,
  ): Promise<RecordedResult> {
    const watch = new PointWatch(observer);
    let last: QueuedPoint | null = null;
    let unseenSinceMs = performance.now();
    while (!signal.aborted) {
      const points = await this.#lookAtQueue();
      // As long as nobody knows, what was known last.
      const queued: QueuedPoint | null = points === null ? last : (points.get(identity) ?? null);
      let broken: readonly string[] = [];
      if (queued?.state !== 'PENDING') {
        const found = await findResults(this.#shared, identity);
        await watch.follow(found.attempts);
        const [best] = found.results;
        // A failure of an attempt before the one that is in the queue is told by a head that has waited for it.
        if (best && !(isFailure(best) && (queued || points === null)))
          return await this.#take(found.results, watch, checkpoints?.folder);
        broken = found.broken;
      }
      last = queued ?? last;
      if (queued || points === null) unseenSinceMs = performance.now();
      else if (performance.now() - unseenSinceMs > this.#unseenMs) throw explainLoss(last, broken);
      // Raised, the signal ends the pause with an error of its own.
      await sleep(LOOK_INTERVAL_MS, undefined, { signal }).catch(() => {});
    }
    throw new Interrupted('its Slurm task goes on');
  }

  /** @throws UserError if several attempts have come to other weights */
  async #take(results: readonly FoundResult[], watch: PointWatch, into?: string): Promise<RecordedResult> {
    const [{ carried, folder }] = results as [FoundResult];
    const [maker, ...others] = results.flatMap((result) => makerOf(result.carried) ?? []);
    for (const other of others) checkAgreement(carried.point, maker!, other);
    const end = endOf(carried, folder);
    watch.tell(carried.epochs);
    if (!('result' in end)) throw new UserError(end.reason);
    if (into !== undefined) await copyCarriedFiles(carried.files, folder, into);
    return end.result;
  }

  /** One question to Slurm for all points that are waited for. */
  #lookAtQueue(): Promise<QueuedPoints | null> {
    const nowMs = performance.now();
    if (this.#look === null || nowMs - this.#look.atMs > LOOK_INTERVAL_MS - 1) {
      this.#look = { atMs: nowMs, queued: this.#ask() };
    }
    return this.#look.queued;
  }

  /** @returns null if Slurm does not answer: its controller is busy, or being restarted, while the tasks go on */
  async #ask(): Promise<QueuedPoints | null> {
    try {
      this.#queue ??= await SlurmQueue.open(this.#shared, this.#identities);
      const points = await this.#queue.look();
      this.#isUnanswered = false;
      return points;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (!this.#isUnanswered)
        this.#tell(`Slurm's queue cannot be seen now, and is asked again: ${error.message}`);
      this.#isUnanswered = true;
      return null;
    }
  }
}

/** Hands on what a point's attempts tell: every epoch once, whichever attempt comes to it. */
class PointWatch {
  readonly #observer: RunObserver;
  readonly #readers = new Map<string, JournalReader>();
  #epochs = 0;

  constructor(observer: RunObserver) {
    this.#observer = observer;
  }

  async follow(attempts: readonly Attempt[]): Promise<void> {
    const latest = attempts.at(-1);
    if (!latest) return;
    const reader = this.#readers.get(latest.folder) ?? new JournalReader(latest);
    this.#readers.set(latest.folder, reader);
    for (const entry of await reader.read()) {
      if (entry.kind === 'progressed') this.#observer.progressed(entry.progress);
      if (entry.kind === 'epochEnded') this.tell([entry.metrics]);
    }
  }

  /** An attempt that goes on from an earlier state comes to epochs that have been told, with the same metrics. */
  tell(epochs: RecordedResult['epochs']): void {
    for (const metrics of epochs) {
      if (metrics.epoch !== this.#epochs + 1) continue;
      this.#epochs++;
      this.#observer.epochEnded(metrics);
    }
  }
}

/** @param broken results of the point that cannot be read: why */
function explainLoss(last: QueuedPoint | null, broken: readonly string[]): UserError {
  if (broken.length > 0) {
    return new UserError(
      `its Slurm task has ended without a result that can be read: ${broken.join(' ')} The same command submits it again.`,
    );
  }
  const log = last === null ? '' : ` See ${join(last.submission.folder, `task-${last.index}.log`)}.`;
  return new UserError(
    `its Slurm task has ended without a result: it was cancelled or killed, ran out of memory, or could not write its result.${log} The same command submits it again, and it goes on from its checkpoint.`,
  );
}
