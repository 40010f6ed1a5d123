import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { UserError } from './core/errors.js';
import { makeKey, RandomStream, shuffle } from './core/rng.js';
import { loadDataset } from './dataset/load.js';
import type { Kernels } from './kernels/kernels.js';
import { chooseKernelName, loadKernels } from './kernels/select.js';
import { exportWeights, initializeModel, type ModelMemory, viewModel } from './network/memory.js';
import { type NetworkPlan, planNetwork } from './network/plan.js';
import { CONTROL } from './parallel/control.js';
import { WorkerPool } from './parallel/pool.js';
import type { RunDescription } from './parallel/protocol.js';
import { fitSpec, inputsOf, type RunData, selectData } from './run/data.js';
import { describeRun } from './run/describe.js';
import { warnOfLoneValues } from './run/lone-values.js';
import { type EpochResults, measureEpoch, measureTest, type TestResults } from './run/measure.js';
import { Profiler } from './run/profile.js';
import { reportProgress } from './run/report-progress.js';
import { type ResolvedRunSpec, type RunSpec, resolveRunSpec } from './run/spec.js';
import { type Ending, explainFailure, StopRules } from './run/stopping.js';
import type { EpochMetrics, TrainOptions, TrainResult } from './run/types.js';

/** More threads than this are a slip of the finger. */
const MAX_WORKERS = 256;

/**
 * Trains a network and evaluates it on the validation and test images after each epoch. The result is a pure function of spec and
 * data: the number of workers changes the time and nothing else.
 *
 * @throws UserError if the spec is wrong or does not fit the data
 */
export async function train(
  spec: RunSpec | ResolvedRunSpec,
  options: TrainOptions = {},
): Promise<TrainResult> {
  const parsed = resolveRunSpec(spec);
  const workers = checkWorkers(options);
  const kernels = loadKernels(chooseKernelName());
  // Its threads start while this one reads the data.
  const pool = options.pool ?? WorkerPool.create(workers);
  try {
    const dataset = options.dataset ?? (await loadDataset(parsed.dataset));
    const resolved = fitSpec(parsed, dataset);
    const data = selectData(resolved, dataset, kernels);
    const warning = warnOfLoneValues(resolved, data.train.length);
    if (warning !== null) (options.onWarning ?? emitWarning)(warning);
    const plan = planNetwork(resolved.network, {
      batchSize: Math.min(resolved.batchSize, data.train.length),
      slices: resolved.slices,
      training: true,
    });
    const { name } = kernels;
    const run = describeRun(resolved, plan, data, { workers, kernels: name });
    const memory = viewModel(run.model, plan);
    initializeModel(memory, plan, resolved.seed, kernels, inputsOf(data));
    run.lookahead?.slow.set(memory.weights);
    run.averaging?.average.set(memory.weights);
    return await trainEpochs({ spec: resolved, plan, data, run, kernels, pool }, options);
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
  readonly spec: ResolvedRunSpec;
  readonly plan: NetworkPlan;
  readonly data: RunData;
  readonly run: RunDescription;
  readonly kernels: Kernels;
  readonly pool: WorkerPool;
}

async function trainEpochs(
  { spec, plan, data, run, kernels, pool }: Start,
  options: TrainOptions,
): Promise<TrainResult> {
  const epochs: EpochMetrics[] = [];
  let last: EpochResults | null = null;
  let kept: EpochResults | null = null;
  let augmented: TestResults | null = null;
  let ending: Ending | null = null;
  const memory = viewModel(run.model, plan);
  const tested: ModelMemory = { ...memory, weights: run.averaging?.average ?? memory.weights };
  const rules = new StopRules(spec, { run, plan, memory, tested, kernels });
  const profiler = options.profile ? await Profiler.open(pool, run) : null;
  const start = performance.now();
  const stopWatching = watch(run, options);
  try {
    for (let epoch = 0; epoch < run.length.epochs && ending === null; epoch++) {
      const epochStart = performance.now();
      prepareEpoch(run, data, spec.seed, epoch);
      const stopReporting = reportProgress(run, epoch, options);
      await pool.train(run, epoch, profiler?.times).finally(stopReporting);
      const seconds = (performance.now() - epochStart) / 1000;
      ending = explainFailure(run, epoch);
      if (ending) break;
      if (run.validation) await pool.evaluate(run, 'validation');
      await pool.evaluate(run, 'test');
      ending = explainFailure(run, epoch);
      if (ending) break;
      last = measureEpoch(run, spec, { plan, memory: tested }, epoch, seconds);
      epochs.push(last.metrics);
      options.onEpoch?.(last.metrics);
      ending = rules.explainEnd(last);
    }
    kept = rules.best?.restore(tested) ?? last;
    if (spec.testTimeAugmentation !== 'none' && (ending === null || ending.state === 'done')) {
      await pool.evaluate(run, 'test', spec.testTimeAugmentation);
      const failure = explainFailure(run, epochs.length - 1);
      if (failure) ending = failure;
      else augmented = measureTest(run, spec, { plan, memory: tested });
    }
  } finally {
    stopWatching();
  }
  const { confusion, predicted } = augmented ?? kept ?? NOT_TESTED;
  const weights = exportWeights(tested, plan);
  const images = epochs.reduce((sum, epoch) => sum + epoch.imagesPerSecond * epoch.seconds, 0);
  const trainingSeconds = epochs.reduce((sum, { seconds }) => sum + seconds, 0);
  return {
    ...(ending ?? { state: 'done', reason: null }),
    spec,
    classNames: data.dataset.classNames,
    normalization: { mean: data.mean, scale: data.scale },
    epochs,
    bestEpoch: rules.best?.epoch ?? null,
    augmentedTest: augmented?.metrics ?? null,
    confusion,
    predicted,
    parameterCount: plan.parameterCount,
    weights,
    weightsSha256: createHash('sha256').update(new Uint8Array(weights.buffer)).digest('hex'),
    seconds: (performance.now() - start) / 1000,
    imagesPerSecond: epochs.length > 0 ? images / trainingSeconds : 0,
    kernels: run.kernels,
    ...(profiler ? { profile: profiler.summarize() } : {}),
  };
}

/** Before the first epoch's end. */
const NOT_TESTED: Pick<TrainResult, 'confusion' | 'predicted'> = {
  confusion: [],
  predicted: new Uint8Array(),
};

function checkWorkers({ workers, pool }: TrainOptions): number {
  const limit = pool?.threads ?? MAX_WORKERS;
  const count = workers ?? pool?.threads ?? availableParallelism();
  if (!Number.isInteger(count) || count < 1 || count > limit) {
    throw new UserError(`workers: expected a whole number from 1 to ${limit}, found ${count}.`);
  }
  return count;
}

/** The training images' order in an epoch: a pure function of seed and epoch. */
function prepareEpoch(run: RunDescription, data: RunData, seed: number, epoch: number): void {
  for (let i = 0; i < run.order.length; i++) run.order[i] = data.train[i]!;
  shuffle(run.order, new RandomStream(makeKey(seed, 'shuffle'), epoch));
  run.totals.fill(0);
  Atomics.store(run.control, CONTROL.step, 0);
}

/** Passes the signal on to the workers. */
function watch(run: RunDescription, { signal }: TrainOptions): () => void {
  const abort = () => Atomics.store(run.control, CONTROL.abort, 1);
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort);
  return () => signal?.removeEventListener('abort', abort);
}
