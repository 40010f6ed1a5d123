import { clearRunFolder } from './checkpoint/run-files.js';
import { countCores } from './core/count-cores.js';
import { takeTurns } from './core/pieces.js';
import { loadDataset } from './dataset/load.js';
import { giveBackArena } from './kernels/memory.js';
import { chooseKernelName, loadKernels } from './kernels/select.js';
import { initializeInPieces, viewModel } from './network/memory.js';
import { planOptimizer } from './optim/update.js';
import { WorkerPool } from './parallel/pool.js';
import type { Ranks } from './parallel/ranks.js';
import { loadPlugins } from './plugins/load.js';
import { checkTrainOptions } from './run/check-options.js';
import { concludeRun } from './run/conclude.js';
import { inputsOf, selectData } from './run/data.js';
import { type FittedRun, fitRun } from './run/fit.js';
import { initializeFrom } from './run/init.js';
import { listWarnings } from './run/list-warnings.js';
import { nameData } from './run/name-data.js';
import { shareRun } from './run/share.js';
import { type RunSpec, resolveRunSpec } from './run/spec.js';
import type { CheckpointOptions, TrainOptions, TrainResult } from './run/types.js';
import { emitWarning } from './run/warning.js';
import { Checkpoints } from './training/checkpoints.js';
import { type Start, Training } from './training/training.js';

/**
 * Trains a network and evaluates it on the validation and test images after each epoch. The result is a pure function of spec and
 * data: the number of workers changes the time and nothing else.
 *
 * @throws UserError if the spec, an option or the data are wrong, or do not fit each other; if the run cannot learn, unless that is forced
 * @throws MuteWorker if a worker falls silent; where it is stuck in native code, its thread ends only with the process, by SIGKILL
 */
export async function train(spec: RunSpec, given: TrainOptions = {}): Promise<TrainResult> {
  checkTrainOptions(given);
  const { dataset, plugins: source = [], force = false, ...options } = given;
  const plugins = await loadPlugins(source);
  const resolved = resolveRunSpec(dataset ? nameData(spec, dataset) : spec, 'spec', plugins);
  // Its threads start while this one reads the data.
  return withPool(options, async (pool) => {
    const data = dataset ?? (await loadDataset(resolved.dataset));
    const fitted = fitRun(resolved, data, { plugins });
    for (const warning of listWarnings([fitted], force)) (options.onWarning ?? emitWarning)(warning);
    const result = await trainFitted(fitted, { ...options, pool });
    const { checkpoints } = options;
    if (checkpoints && result.state === 'done') await clearRunFolder(checkpoints.folder, checkpoints.keep);
    return result;
  });
}

/** How a run is trained that has been fitted to its data. */
export interface FittedTrainOptions extends Omit<TrainOptions, 'dataset' | 'plugins' | 'force'> {
  /** Processes that train it together, all of them by this call; their number divides the run's shards. Null for this one alone. */
  readonly ranks?: Ranks | null;
}

/**
 * The same for a run that has been fitted to its data before, without warnings and `force`: whoever planned it may see to that. With `checkpoints` its last state
 * stays until whoever asked has the result in safe hands and calls `clearRunFolder`.
 */
export async function trainFitted(
  fitted: FittedRun,
  { ranks = null, ...options }: FittedTrainOptions = {},
): Promise<TrainResult> {
  const { spec, plan, plugins } = fitted;
  const kernels = loadKernels(chooseKernelName());
  return withPool(options, async (pool, workers) => {
    const signal = pool.watch(options.signal);
    // What ranks do together they begin together: asked to end before, they do so after one step.
    const early = ranks ? pool.watch() : signal;
    const threads = await pool.reserve(workers, early);
    try {
      const data = selectData(fitted, kernels);
      const run = shareRun(fitted, data, { workers, kernels: kernels.name, place: ranks?.place ?? null });
      const needs = planOptimizer(plan, run.settings.optimizer, plugins.optimizers);
      const memory = viewModel(run.memory.model, plan, needs, run.ownShards);
      // A run that is interrupted in it saves nothing: its beginning is not a state.
      await takeTurns(initializeInPieces(memory, plan, spec.seed, kernels, inputsOf(data)), early);
      if (spec.init) initializeFrom(spec.init, plan, memory.weights);
      run.memory.slowWeights?.set(memory.weights);
      run.memory.averageWeights?.set(memory.weights);
      const start = { fitted, data, run, memory, kernels, threads, ranks };
      return await withCheckpoints(start, options.checkpoints, async (checkpoints) => {
        const training = new Training({ ...start, checkpoints }, { ...options, signal });
        await training.resume();
        const course = await training.run();
        // The result's weights are a copy: so there is never both.
        giveBackArena(run.memory.activations);
        const result = concludeRun(fitted, data, training.tested, course);
        await checkpoints?.conclude(result);
        return result;
      });
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
  const workers = options.workers ?? options.pool?.threads ?? countCores();
  const pool = options.pool ?? WorkerPool.create(workers);
  try {
    return await action(pool, workers);
  } finally {
    if (!options.pool) await pool.close();
  }
}

/** With the run's checkpoints, if it keeps any; nothing is being written to them any more afterwards. */
async function withCheckpoints<T>(
  { fitted, data, kernels }: Omit<Start, 'checkpoints'>,
  options: CheckpointOptions | undefined,
  action: (checkpoints: Checkpoints | null) => Promise<T>,
): Promise<T> {
  if (!options) return action(null);
  const checkpoints = await Checkpoints.open(options, { fitted, data, kernels: kernels.name });
  try {
    return await action(checkpoints);
  } finally {
    await checkpoints.settle();
  }
}
