import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { RunFiles } from '../checkpoint/run-files.js';
import { describeEpoch, describeResult, writeModel } from '../checkpoint/save.js';
import { describeRun, RUN_FILE, type RunFacts, readState, writeState } from '../checkpoint/state-file.js';
import { UserError } from '../core/errors.js';
import { explainFileError } from '../core/file-errors.js';
import { nameOutputs } from '../dataset/output-names.js';
import { exportWeights, type ModelMemory } from '../network/memory.js';
import { hashWeights } from '../run/conclude.js';
import type { RunData } from '../run/data.js';
import type { FittedRun } from '../run/fit.js';
import type { NamedNumbers, TrainingState } from '../run/training-state.js';
import type { CheckpointOptions, EpochMetrics, TrainResult } from '../run/types.js';
import { noteReading } from '../sources/options.js';
import { LatestWriter } from './latest-writer.js';

/** What a folder holds that a run can go on from. */
export interface FoundState {
  /** Null if nothing can be used. */
  readonly state: TrainingState | null;
  /** Newer ones that cannot be used: why, one line each. */
  readonly rejected: readonly string[];
}

/** A run whose state is kept. */
interface SavedRun {
  readonly fitted: FittedRun;
  readonly data: RunData;
  /** Name of the kernel set that trains it. */
  readonly kernels: string;
}

/** A run's position: the epoch that it is in, from 0, and steps of the whole training. */
interface Position {
  readonly epoch: number;
  readonly stepsDone: number;
}

interface BestModel {
  readonly checkpoint: Checkpoint;
  /** Of its epoch. */
  readonly metrics: EpochMetrics;
}

/** What is to be written at a time. */
interface Snapshot {
  readonly stepsDone: number;
  readonly state: TrainingState;
  /** Of an epoch up to that state; null if it has been written before. */
  readonly best: BestModel | null;
}

type Numbers = readonly NamedNumbers[];

const MS_PER_MINUTE = 60_000;
/** A timer's longest time: more fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Keeps a run's state in its folder: finds what it can go on from, says when a checkpoint is due, and writes it beside the training. */
export class Checkpoints {
  readonly #files: RunFiles;
  readonly #options: CheckpointOptions;
  readonly #fitted: FittedRun;
  readonly #data: RunData;
  readonly #facts: RunFacts;
  readonly #writer: LatestWriter<Snapshot>;
  /** Of the newest state that is in a file or will be; the run's beginning needs none. */
  #saved: Position = { epoch: 0, stepsDone: 0 };
  #savedAt = performance.now();
  #best: BestModel | null = null;
  /** Memory of a copy that has been written. */
  #spare: Numbers | null = null;
  /** Makes the workers come back; null while none are under way. */
  #pause: (() => void) | null = null;

  private constructor(files: RunFiles, options: CheckpointOptions, run: SavedRun) {
    this.#files = files;
    this.#options = options;
    this.#fitted = run.fitted;
    this.#data = run.data;
    this.#facts = describeRun(run.fitted, run.kernels);
    this.#writer = new LatestWriter(
      (snapshot) => this.#write(snapshot),
      () => this.#pause?.(),
    );
  }

  /**
   * Opens a run's folder.
   *
   * @throws UserError if the folder cannot be made or written
   */
  static async open(options: CheckpointOptions, run: SavedRun): Promise<Checkpoints> {
    return new Checkpoints(await RunFiles.open(options.folder), options, run);
  }

  /**
   * Finds the newest state that the run can go on from.
   *
   * @param numbers that it must have
   */
  async find(numbers: Numbers): Promise<FoundState> {
    const rejected: string[] = [];
    const files = this.#options.restart ? [] : await this.#files.listStates();
    for (const file of files) {
      try {
        const state = await readState(file, this.#facts, numbers);
        this.#files.noteState(file);
        return { state, rejected };
      } catch (error) {
        rejected.push(explainRejection(error, file));
      }
    }
    return { state: null, rejected };
  }

  /** Tells where a run goes on, which is in a file. */
  goOnFrom(position: Position): void {
    this.#saved = position;
  }

  /** Completed epochs after which the run is to stop, to go on later. */
  get untilEpoch(): number {
    return this.#options.untilEpoch ?? Number.POSITIVE_INFINITY;
  }

  /** The step of the epoch after which a checkpoint is due by its number, behind so many. */
  nextStep(step: number): number {
    const { everySteps = Number.POSITIVE_INFINITY } = this.#options;
    return everySteps * (Math.floor(step / everySteps) + 1);
  }

  /**
   * Watches while workers are under way.
   *
   * @param pause makes them come back; called when a checkpoint is due by the clock, or none can be written any more
   * @returns what ends it
   */
  startClock(pause: () => void): () => void {
    const { everyMinutes = Number.POSITIVE_INFINITY } = this.#options;
    const ms = this.#savedAt + MS_PER_MINUTE * everyMinutes - performance.now();
    const timer = setTimeout(pause, Math.min(Math.max(0, ms), MAX_TIMER_MS));
    this.#pause = pause;
    return () => {
      clearTimeout(timer);
      this.#pause = null;
    };
  }

  /**
   * Has a state written beside the training, in the place of one that waits for it, unless it is in a file already.
   *
   * @param capture copies it, into an older copy's memory if there is some
   */
  save(position: Position, capture: (into: Numbers | null) => TrainingState): void {
    const { epoch, stepsDone } = position;
    if (this.#saved.epoch === epoch && this.#saved.stepsDone === stepsDone) return;
    this.#saved = position;
    this.#savedAt = performance.now();
    const older = this.#writer.withdraw();
    const into = older?.state.numbers ?? this.#spare;
    if (into === this.#spare) this.#spare = null;
    this.#writer.put({ stepsDone, state: capture(into), best: this.#best ?? older?.best ?? null });
    this.#best = null;
  }

  /** Has the best network so far written before the next state. */
  saveBest(memory: ModelMemory, metrics: EpochMetrics): void {
    const { spec, dataset, plan } = this.#fitted;
    const { mean, scale } = this.#data;
    const weights = exportWeights(memory, plan);
    this.#best = {
      checkpoint: {
        spec,
        datasetSha256: dataset.sha256,
        ...nameOutputs(dataset),
        ...noteReading(dataset),
        normalization: { mean, scale },
        weights,
      },
      metrics,
    };
  }

  /** @throws UserError if a state could not be written */
  check(): void {
    this.#writer.check();
  }

  /** Waits until nothing is being written, whatever came of it. */
  async settle(): Promise<void> {
    await this.#writer.settle();
  }

  /**
   * Waits until everything is written, and saves the network of a run that is done. Its states stay until its result is in safe hands: see
   * clearRunFolder.
   *
   * @throws UserError if something could not be written
   */
  async conclude(result: TrainResult): Promise<void> {
    await this.settle();
    this.check();
    if (result.state !== 'done' || this.#options.keep === 'nothing') return;
    await this.#writeModel(this.#files.model, result, describeResult(result));
  }

  async #write({ stepsDone, state, best }: Snapshot): Promise<void> {
    if (best) {
      const { checkpoint, metrics } = best;
      const about = describeEpoch(metrics, hashWeights(checkpoint.weights));
      await this.#writeModel(this.#files.best, checkpoint, about);
    }
    const file = this.#files.stateAfter(stepsDone);
    await writeState(file, this.#facts, state);
    this.#spare = state.numbers;
    this.#files.noteState(file);
    await this.#files.clearStates();
  }

  async #writeModel(file: string, checkpoint: Checkpoint, about: Record<string, string>): Promise<void> {
    await writeModel(file, checkpoint, { plugins: this.#fitted.plugins, about, ...RUN_FILE });
  }
}

/** Why a state is of no use, in one line; throws what is no fault of the file. */
function explainRejection(error: unknown, file: string): string {
  if (error instanceof UserError) return error.message;
  if (error instanceof Error && 'code' in error)
    return `${file}: cannot be read: ${explainFileError(error)}.`;
  throw error;
}
