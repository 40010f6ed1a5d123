import { makeKey, RandomStream, shuffle } from '../core/rng.js';
import type { TestTimeAugmentation } from '../dataset/test-time-augmentation.js';
import type { Kernels } from '../kernels/kernels.js';
import type { ModelMemory } from '../network/memory.js';
import { countStepsOf } from '../optim/training-length.js';
import { CONTROL, STOP } from '../parallel/control.js';
import type { EvaluateTask, SharedRun } from '../parallel/protocol.js';
import type { Ranks } from '../parallel/ranks.js';
import type { RunThreads } from '../parallel/run-threads.js';
import { BestEpoch } from '../run/best-epoch.js';
import type { Course } from '../run/conclude.js';
import type { RunData } from '../run/data.js';
import type { FittedRun } from '../run/fit.js';
import { measureEpoch, measureTest, type TestResults } from '../run/measure.js';
import { Profiler } from '../run/profile.js';
import { reportProgress } from '../run/report-progress.js';
import { DONE, type Ending, explainEvaluation, explainFailure, StopRules } from '../run/stopping.js';
import type { TrainOptions } from '../run/types.js';
import { Callbacks } from './callbacks.js';
import type { Checkpoints } from './checkpoints.js';
import { agree, explainWorkers, shareState } from './rank-state.js';
import { RunState } from './run-state.js';

/** A run that is ready to begin. */
export interface Start {
  readonly fitted: FittedRun;
  readonly data: RunData;
  readonly run: SharedRun;
  /** With the weights' first values. */
  readonly memory: ModelMemory;
  readonly kernels: Kernels;
  /** Null for a run that was interrupted while it waited for them. */
  readonly threads: RunThreads | null;
  /** Null for a run whose state is kept nowhere. */
  readonly checkpoints: Checkpoints | null;
  /** Null for a run that this process computes by itself. */
  readonly ranks: Ranks | null;
}

/** Takes a run from wherever it stands to its end: epoch by epoch, each of them stretches of steps, evaluations and a measurement. */
export class Training {
  /** The model with the weights that are evaluated and kept: their average, if there is one. */
  readonly tested: ModelMemory;
  readonly #start: Start;
  readonly #options: TrainOptions;
  readonly #best: BestEpoch | null;
  readonly #state: RunState;
  readonly #callbacks: Callbacks;
  #profiler: Profiler | null = null;

  /** @throws UserError if a layer has a name that a checkpoint cannot have */
  constructor(start: Start, options: TrainOptions) {
    const { fitted, run, memory, kernels } = start;
    const { spec, plan } = fitted;
    this.#start = start;
    this.#options = options;
    this.tested = { ...memory, weights: run.memory.averageWeights ?? memory.weights };
    this.#best = run.memory.validation
      ? new BestEpoch(spec.patience === null ? null : plan.weightFloats)
      : null;
    const rules = new StopRules(spec, { run, plan, memory, kernels, best: this.#best });
    this.#state = new RunState({ ...start, tested: this.tested, rules, best: this.#best });
    const subject = { fitted, run, tested: this.tested, epochs: this.#state.epochs };
    this.#callbacks = new Callbacks(subject, options);
  }

  /** Goes on from the newest checkpoint that can be used, and tells of it; without one the run stays at its beginning. All ranks begin where the first does. */
  async resume(): Promise<void> {
    await this.#findState();
    const { ranks } = this.#start;
    if (ranks) await shareState(ranks, this.#state);
  }

  async #findState(): Promise<void> {
    const { checkpoints } = this.#start;
    const found = await checkpoints?.find(this.#state.numbers);
    if (!found) return;
    if (found.state) this.#state.restore(found.state);
    const { epoch, step, stepsDone, epochs } = this.#state;
    checkpoints!.goOnFrom({ epoch, stepsDone });
    if (found.state || found.rejected.length > 0) {
      this.#options.onResume?.({ epoch: epoch + 1, step, epochs: [...epochs], rejected: found.rejected });
    }
  }

  /**
   * Trains until the run is over.
   *
   * @throws UserError if its state cannot be saved
   */
  async run(): Promise<Course> {
    const { fitted, run, threads, checkpoints } = this.#start;
    const state = this.#state;
    const stopWatching = watch(run, this.#options);
    let kept: TestResults | null = null;
    let augmented: TestResults | null = null;
    let failure: Ending | null = null;
    try {
      if (this.#options.profile && threads) this.#profiler = await Profiler.open(threads, run);
      state.startClock();
      failure = explainFailure(run, state.epoch);
      const epochs = Math.min(
        run.settings.length.epochs,
        checkpoints?.untilEpoch ?? Number.POSITIVE_INFINITY,
      );
      while (threads && !failure && !state.ending && state.epoch < epochs) {
        failure = await this.#runEpoch(threads);
      }
      if (failure?.state === 'interrupted') this.#saveWithin();
      if (!state.ending && state.epoch < run.settings.length.epochs) failure ??= explainStop(state.epoch);
      kept = this.#best?.restore(this.tested) ?? state.last;
      if (threads && !failure && fitted.spec.testTimeAugmentation !== 'none') {
        await this.#evaluate(threads, 'test', fitted.spec.testTimeAugmentation);
        await this.#agree();
        failure = this.#explainEvaluation(state.epochs.length - 1);
        if (!failure) augmented = measureTest(run, fitted, this.tested);
      }
    } finally {
      stopWatching();
    }
    return {
      ending: failure ?? state.ending ?? DONE,
      epochs: state.epochs,
      bestEpoch: fitted.spec.patience === null ? null : (this.#best?.mark?.epoch ?? null),
      kept,
      augmented,
      seconds: state.seconds,
      kernels: run.kernels,
      profile: this.#profiler?.summarize() ?? null,
    };
  }

  /** What is left of an epoch. Why the run cannot go on; null if it can. */
  async #runEpoch(threads: RunThreads): Promise<Ending | null> {
    const { run, fitted, data } = this.#start;
    const state = this.#state;
    const { epoch } = state;
    orderImages(run, data, epoch);
    const stopReporting = reportProgress(run, { epoch, secondsBefore: state.epochSeconds }, this.#options);
    const failed = await this.#trainRest(threads).finally(stopReporting);
    if (failed) return failed;
    if (run.memory.validation) await this.#evaluate(threads, 'validation');
    await this.#evaluate(threads, 'test');
    await this.#agree();
    const failure = this.#explainEvaluation(epoch) ?? this.#explainState();
    if (failure) return failure;
    const results = measureEpoch(run, fitted, this.tested, epoch, state.epochSeconds);
    const isBest = state.completeEpoch(results);
    if (isBest) this.#start.checkpoints?.saveBest(this.tested, results.metrics);
    this.#saveState();
    const stopped = await this.#callbacks.tellEpoch(results.metrics);
    const isOver = state.ending !== null || state.epoch >= run.settings.length.epochs;
    return isOver ? null : stopped;
  }

  /** The epoch's steps that are left, a checkpoint wherever one is due. */
  async #trainRest(threads: RunThreads): Promise<Ending | null> {
    const { run, checkpoints } = this.#start;
    const { length, maxIterations } = run.settings;
    const { control } = run.memory;
    const state = this.#state;
    const { epoch } = state;
    const steps = Math.min(countStepsOf(epoch, length), maxIterations - epoch * length.stepsPerEpoch);
    const isOver = () => state.step >= steps || (Atomics.load(control, CONTROL.stop) & STOP.atRest) !== 0;
    while (!isOver()) {
      checkpoints?.check();
      const { step } = state;
      const due = checkpoints?.nextStep(step) ?? steps;
      const endStep = Math.min(steps, due, this.#callbacks.wantsSteps ? step + 1 : steps);
      const isPaused = await this.#trainStretch(threads, endStep);
      const failure = explainFailure(run, epoch) ?? (await this.#callbacks.tellStep(epoch, step));
      if (failure) return failure;
      if (!isOver() && (isPaused || state.step === due)) this.#saveWithin();
    }
    return null;
  }

  /** @returns whether the workers were asked to come back before its end */
  async #trainStretch(threads: RunThreads, endStep: number): Promise<boolean> {
    const { run, checkpoints } = this.#start;
    const { control } = run.memory;
    const state = this.#state;
    const stopClock = checkpoints?.startClock(() => Atomics.store(control, CONTROL.pause, 1));
    const begun = performance.now();
    const stretch = { epoch: state.epoch, firstStep: state.step, endStep };
    await threads
      .train(run, stretch, this.#profiler?.times)
      .catch((error) => Promise.reject(explainWorkers(error, run)))
      .finally(stopClock);
    state.epochSeconds += (performance.now() - begun) / 1000;
    Atomics.and(control, CONTROL.stop, ~STOP.paused);
    return Atomics.exchange(control, CONTROL.pause, 0) !== 0;
  }

  /** Each rank evaluates its share of the images, and all have the results of all. */
  async #evaluate(threads: RunThreads, on: EvaluateTask['on'], views?: TestTimeAugmentation): Promise<void> {
    const { run, ranks } = this.#start;
    await threads.evaluate(run, on, views);
    if (ranks) for (const pieces of run.memory[on]!.pieces) await ranks.gather(pieces);
  }

  /** Whether the run ends here; ranks end it together. */
  async #agree(): Promise<void> {
    const { ranks, run, memory } = this.#start;
    if (ranks) await agree(ranks, run, memory, this.#state.epoch);
  }

  /** @param epoch from 0 */
  #explainEvaluation(epoch: number): Ending | null {
    const { run } = this.#start;
    return explainFailure(run, epoch) ?? explainEvaluation(run, epoch);
  }

  /** A number that is not finite may hide from losses and weights, for instance behind a quotient that it makes zero. */
  #explainState(): Ending | null {
    const name = this.#state.findNotFinite();
    const reason = `${name} is no longer finite after epoch ${this.#state.epoch + 1}`;
    return name === null ? null : { state: 'diverged', reason };
  }

  /** Within an epoch, at whose end the run will be found to have diverged if a number is not finite. */
  #saveWithin(): void {
    if (this.#start.checkpoints && this.#state.findNotFinite() === null) this.#saveState();
  }

  /** Beside what follows; no step may be under way. */
  #saveState(): void {
    const { epoch, stepsDone } = this.#state;
    this.#start.checkpoints?.save({ epoch, stepsDone }, (into) => this.#state.capture(into));
  }
}

/** A run that is to go on later: see CheckpointOptions.untilEpoch. */
function explainStop(epochs: number): Ending {
  return { state: 'interrupted', reason: `stopped after epoch ${epochs}, to go on later` };
}

/** The training images' order in an epoch: a pure function of seed and epoch. */
function orderImages({ settings, memory }: SharedRun, data: RunData, epoch: number): void {
  memory.order.set(data.train);
  shuffle(memory.order, new RandomStream(makeKey(settings.seed, 'shuffle'), epoch));
}

/** Passes the signal on to the workers. */
function watch(run: SharedRun, { signal }: TrainOptions): () => void {
  const abort = () => Atomics.store(run.memory.control, run.place ? CONTROL.asked : CONTROL.abort, 1);
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort);
  return () => signal?.removeEventListener('abort', abort);
}
