import { availableParallelism } from 'node:os';
import { makeKey, RandomStream, shuffle } from './core/rng.js';
import { loadDataset } from './dataset/load.js';
import type { Kernels } from './kernels/kernels.js';
import { chooseKernelName, loadKernels } from './kernels/select.js';
import { initializeModel, type ModelMemory, viewModel } from './network/memory.js';
import { planOptimizer } from './optim/update.js';
import { CONTROL } from './parallel/control.js';
import { WorkerPool } from './parallel/pool.js';
import type { SharedRun } from './parallel/protocol.js';
import type { RunThreads } from './parallel/run-threads.js';
import { loadPlugins } from './plugins/load.js';
import { checkTrainOptions } from './run/check-options.js';
import { concludeRun } from './run/conclude.js';
import { inputsOf, type RunData, selectData } from './run/data.js';
import { type FittedRun, fitRun } from './run/fit.js';
import { warnOfLoneValues } from './run/lone-values.js';
import { type EpochResults, measureEpoch, measureTest, type TestResults } from './run/measure.js';
import { Profiler } from './run/profile.js';
import { reportProgress } from './run/report-progress.js';
import { shareRun } from './run/share.js';
import { type ResolvedRunSpec, type RunSpec, resolveRunSpec } from './run/spec.js';
import { DONE, explainEvaluation, explainFailure, StopRules } from './run/stopping.js';
import type { EpochMetrics, TrainOptions, TrainResult } from './run/types.js';

/**
 * Trains a network and evaluates it on the validation and test images after each epoch. The result is a pure function of spec and
 * data: the number of workers changes the time and nothing else.
 *
 * @throws UserError if the spec, an option or the data are wrong, or do not fit each other
 */
export async function train(spec: RunSpec | ResolvedRunSpec, given: TrainOptions = {}): Promise<TrainResult> {
  checkTrainOptions(given);
  const { dataset, plugins: source = [], ...options } = given;
  const plugins = await loadPlugins(source);
  const resolved = resolveRunSpec(spec, 'spec', plugins);
  // Its threads start while this one reads the data.
  return withPool(options, async (pool) => {
    const data = dataset ?? (await loadDataset(resolved.dataset));
    const fitted = fitRun(resolved, data, { plugins });
    const images = fitted.spec.trainCount - fitted.spec.validationCount;
    const warning = warnOfLoneValues(fitted.spec, images, plugins.layers);
    if (warning !== null) (options.onWarning ?? emitWarning)(warning);
    return trainFitted(fitted, { ...options, pool });
  });
}

/** The same for a run that has been fitted to its data before, without warnings: whoever planned it may give them. */
export async function trainFitted(
  fitted: FittedRun,
  options: Omit<TrainOptions, 'dataset' | 'plugins'> = {},
): Promise<TrainResult> {
  const { spec, plan, plugins } = fitted;
  const kernels = loadKernels(chooseKernelName());
  return withPool(options, async (pool, workers) => {
    const signal = pool.watch(options.signal);
    const threads = await pool.reserve(workers, signal);
    try {
      const data = selectData(fitted, kernels);
      const run = shareRun(fitted, data, { workers, kernels: kernels.name });
      const needs = planOptimizer(plan, run.settings.optimizer, plugins.optimizers);
      const memory = viewModel(run.memory.model, plan, needs);
      initializeModel(memory, plan, spec.seed, kernels, inputsOf(data));
      run.memory.slowWeights?.set(memory.weights);
      run.memory.averageWeights?.set(memory.weights);
      return await trainEpochs({ fitted, data, run, memory, kernels, threads }, { ...options, signal });
    } finally {
      threads?.release();
    }
  });
}

/** With the pool that was given, or else one for the while. */
async function withPool<T>(
  options: Pick<TrainOptions, 'pool' | 'workers'>,
  action: (pool: WorkerPool, workers: number) => Promise<T>,
): Promise<T> {
  const workers = options.workers ?? options.pool?.threads ?? availableParallelism();
  const pool = options.pool ?? WorkerPool.create(workers);
  try {
    return await action(pool, workers);
  } finally {
    if (!options.pool) await pool.close();
  }
}

/** Where nobody listens, a warning goes where those of Node.js itself do. */
function emitWarning(message: string): void {
  process.emitWarning(message, 'ConvoyWarning');
}

/** A run that is ready to begin. */
interface Start {
  readonly fitted: FittedRun;
  readonly data: RunData;
  readonly run: SharedRun;
  readonly memory: ModelMemory;
  readonly kernels: Kernels;
  /** Null for a run that was interrupted while it waited for them. */
  readonly threads: RunThreads | null;
}

async function trainEpochs(
  { fitted, data, run, memory, kernels, threads }: Start,
  options: TrainOptions,
): Promise<TrainResult> {
  const { spec, plan } = fitted;
  const epochs: EpochMetrics[] = [];
  let last: EpochResults | null = null;
  let kept: EpochResults | null = null;
  let augmented: TestResults | null = null;
  let profiler: Profiler | null = null;
  const tested = { ...memory, weights: run.memory.averageWeights ?? memory.weights };
  const rules = new StopRules(spec, { run, plan, memory, tested, kernels });
  const stopWatching = watch(run, options);
  let start = performance.now();
  let ending = explainFailure(run, 0);
  try {
    if (options.profile && threads) profiler = await Profiler.open(threads, run);
    start = performance.now();
    for (let epoch = 0; threads && ending === null && epoch < run.settings.length.epochs; epoch++) {
      const epochStart = performance.now();
      prepareEpoch(run, data, epoch);
      const stopReporting = reportProgress(run, epoch, options);
      await threads.train(run, epoch, profiler?.times).finally(stopReporting);
      const seconds = (performance.now() - epochStart) / 1000;
      ending = explainFailure(run, epoch);
      if (ending) break;
      if (run.memory.validation) await threads.evaluate(run, 'validation');
      await threads.evaluate(run, 'test');
      ending = explainFailure(run, epoch) ?? explainEvaluation(run, epoch);
      if (ending) break;
      last = measureEpoch(run, fitted, tested, epoch, seconds);
      epochs.push(last.metrics);
      options.onEpoch?.(last.metrics);
      ending = rules.explainEnd(last);
    }
    kept = rules.best?.restore(tested) ?? last;
    if (threads && spec.testTimeAugmentation !== 'none' && (ending ?? DONE).state === 'done') {
      await threads.evaluate(run, 'test', spec.testTimeAugmentation);
      const failure = explainFailure(run, epochs.length - 1) ?? explainEvaluation(run, epochs.length - 1);
      if (failure) ending = failure;
      else augmented = measureTest(run, fitted, tested);
    }
  } finally {
    stopWatching();
  }
  return concludeRun(fitted, data, tested, {
    ending: ending ?? DONE,
    epochs,
    bestEpoch: rules.best?.epoch ?? null,
    kept,
    augmented,
    seconds: (performance.now() - start) / 1000,
    kernels: run.kernels,
    profile: profiler?.summarize() ?? null,
  });
}

/** The training images' order in an epoch: a pure function of seed and epoch. */
function prepareEpoch({ settings, memory }: SharedRun, data: RunData, epoch: number): void {
  memory.order.set(data.train);
  shuffle(memory.order, new RandomStream(makeKey(settings.seed, 'shuffle'), epoch));
  memory.totals.fill(0);
  Atomics.store(memory.control, CONTROL.step, 0);
}

/** Passes the signal on to the workers. */
function watch(run: SharedRun, { signal }: TrainOptions): () => void {
  const abort = () => Atomics.store(run.memory.control, CONTROL.abort, 1);
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort);
  return () => signal?.removeEventListener('abort', abort);
}
