import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { UserError } from './core/errors.js';
import { makeKey, RandomStream, shuffle } from './core/rng.js';
import { loadDataset } from './dataset/load.js';
import { chooseKernelName, loadKernels } from './kernels/select.js';
import { exportWeights, initializeModel, viewModel } from './network/memory.js';
import { countClasses, type NetworkPlan, planNetwork } from './network/plan.js';
import { learningRateAt } from './optim/schedule.js';
import { CONTROL, STOP } from './parallel/barrier.js';
import { WorkerPool } from './parallel/pool.js';
import { type RunDescription, TOTALS } from './parallel/protocol.js';
import { fitSpec, type RunData, selectData } from './run/data.js';
import { describeRun } from './run/describe.js';
import { Profiler } from './run/profile.js';
import { computeRegularization } from './run/regularization.js';
import { summarizeResults } from './run/results.js';
import { type ResolvedRunSpec, type RunSpec, resolveRunSpec } from './run/spec.js';
import type { EpochMetrics, TrainOptions, TrainResult } from './run/types.js';

/** More threads than this are a slip of the finger. */
const MAX_WORKERS = 256;
const PROGRESS_INTERVAL_MS = 100;

/**
 * Trains a network and evaluates it on the validation and test images after each epoch. The result is a pure function of spec and data: the number of
 * workers changes the time and nothing else.
 *
 * @throws UserError if the spec is wrong or does not fit the data
 */
export async function train(
  spec: RunSpec | ResolvedRunSpec,
  options: TrainOptions = {},
): Promise<TrainResult> {
  const parsed = resolveRunSpec(spec);
  const workers = checkWorkers(options);
  const kernels = loadKernels(chooseKernelName()).name;
  const dataset = options.dataset ?? (await loadDataset(parsed.dataset));
  const resolved = fitSpec(parsed, dataset);
  const data = selectData(resolved, dataset);
  const plan = planNetwork(resolved.network, {
    batchSize: Math.min(resolved.batchSize, data.train.length),
    slices: resolved.slices,
    training: true,
  });

  const pool = options.pool ?? WorkerPool.create(workers);
  try {
    const run = describeRun(resolved, plan, data, { workers, crowded: pool.crowded, kernels });
    initializeModel(viewModel(run.model, plan), plan, resolved.seed);
    return await trainEpochs(resolved, plan, data, run, pool, options);
  } finally {
    if (!options.pool) await pool.close();
  }
}

async function trainEpochs(
  spec: ResolvedRunSpec,
  plan: NetworkPlan,
  data: RunData,
  run: RunDescription,
  pool: WorkerPool,
  options: TrainOptions,
): Promise<TrainResult> {
  const epochs: EpochMetrics[] = [];
  let tested: Pick<TrainResult, 'confusion' | 'predicted'> = { confusion: [], predicted: new Uint8Array() };
  let ending: Pick<TrainResult, 'state' | 'reason'> = { state: 'done', reason: null };
  const images = data.train.length;
  const stepsPerEpoch = Math.ceil(images / run.batchSize);
  const memory = viewModel(run.model, plan);
  const profiler = options.profile ? await Profiler.open(pool, run) : null;
  const start = performance.now();
  const stopWatching = watch(run, options);
  try {
    for (let epoch = 0; epoch < spec.epochs; epoch++) {
      const epochStart = performance.now();
      prepareEpoch(run, data, spec.seed, epoch);
      const stopReporting = reportProgress(run, spec, epoch, epochStart, stepsPerEpoch, options);
      await pool.train(run, epoch, profiler?.times).finally(stopReporting);
      const seconds = (performance.now() - epochStart) / 1000;
      const stop = explainStop(run, epoch);
      if (stop) {
        ending = stop;
        break;
      }
      if (run.validation) await pool.evaluate(run, 'validation');
      await pool.evaluate(run, 'test');
      if (Atomics.load(run.control, CONTROL.abort) !== 0) {
        ending = interrupted(epoch, stepsPerEpoch);
        break;
      }
      const classes = countClasses(plan);
      const test = summarizeResults(run.test, classes);
      tested = { confusion: test.confusion, predicted: test.predicted };
      const validation = run.validation && summarizeResults(run.validation, classes);
      const regularization = spec.reportRegularization
        ? computeRegularization(plan, memory, spec.weightDecay)
        : 0;
      const metrics: EpochMetrics = {
        epoch: epoch + 1,
        trainLoss: run.totals[TOTALS.loss]! / images + regularization,
        trainErrorPercent: (100 * run.totals[TOTALS.errors]!) / images,
        validationLoss: validation && validation.loss + regularization,
        validationErrorPercent: validation?.errorPercent ?? null,
        testLoss: test.loss + regularization,
        testErrorPercent: test.errorPercent,
        testTop5ErrorPercent: test.top5ErrorPercent,
        learningRate: learningRateAt(
          spec.learningRate,
          (epoch + 1) * stepsPerEpoch - 1,
          stepsPerEpoch,
          spec.epochs,
        ),
        seconds,
        imagesPerSecond: images / seconds,
      };
      epochs.push(metrics);
      options.onEpoch?.(metrics);
    }
  } finally {
    stopWatching();
  }
  const weights = exportWeights(memory, plan);
  const trainingSeconds = epochs.reduce((sum, { seconds }) => sum + seconds, 0);
  return {
    ...ending,
    spec,
    epochs,
    ...tested,
    parameterCount: plan.parameterCount,
    weights,
    weightsSha256: createHash('sha256').update(new Uint8Array(weights.buffer)).digest('hex'),
    seconds: (performance.now() - start) / 1000,
    imagesPerSecond: epochs.length > 0 ? (epochs.length * images) / trainingSeconds : 0,
    kernels: run.kernels,
    ...(profiler ? { profile: profiler.summarize() } : {}),
  };
}

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

function reportProgress(
  run: RunDescription,
  { epochs }: ResolvedRunSpec,
  epoch: number,
  start: number,
  stepsPerEpoch: number,
  { onProgress }: TrainOptions,
): () => void {
  if (!onProgress) return () => {};
  const timer = setInterval(() => {
    const images = run.totals[TOTALS.images]!;
    if (images === 0) return;
    onProgress({
      epoch: epoch + 1,
      epochs,
      step: Atomics.load(run.control, CONTROL.step),
      stepsPerEpoch,
      trainLoss: run.totals[TOTALS.loss]! / images,
      imagesPerSecond: (1000 * images) / (performance.now() - start),
    });
  }, PROGRESS_INTERVAL_MS);
  return () => clearInterval(timer);
}

/** Why the workers stopped within an epoch; null if they went to its end. */
function explainStop(run: RunDescription, epoch: number): Pick<TrainResult, 'state' | 'reason'> | null {
  const stop = Atomics.load(run.control, CONTROL.stop);
  const step = Atomics.load(run.control, CONTROL.step);
  if (stop & (STOP.lossNotFinite | STOP.parameterNotFinite)) {
    const what = stop & STOP.lossNotFinite ? 'the loss' : 'a parameter';
    return { state: 'diverged', reason: `${what} is no longer finite in epoch ${epoch + 1}, step ${step}` };
  }
  return stop & STOP.aborted ? interrupted(epoch, step) : null;
}

function interrupted(epoch: number, step: number): Pick<TrainResult, 'state' | 'reason'> {
  return { state: 'interrupted', reason: `interrupted in epoch ${epoch + 1}, after step ${step}` };
}
