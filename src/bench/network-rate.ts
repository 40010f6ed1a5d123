import { countCores } from '../core/count-cores.js';
import { makeSyntheticDataset } from '../dataset/synthetic.js';
import { MOST_EVALUATION_IMAGES } from '../parallel/evaluation.js';
import type { WorkerPool } from '../parallel/pool.js';
import { train } from '../train.js';
import type { Effort } from './effort.js';
import { countCost, type Pass } from './network-cost.js';
import type { BenchNetwork } from './networks.js';

/** So that no weight goes anywhere, and nothing diverges. */
export const HYPERPARAMETERS = { learningRate: 1e-5, momentum: 0.9, weightDecay: 5e-4 } as const;

export const CLASSES = 10;
/**
 * An epoch's images are as many as these rates would do in the time that is aimed at: a fifth of the peak of today's cores, and half of it where the beginning and
 * the end of each evaluation, which are in its time, would else be much of it.
 */
const GUESSED_FLOPS_PER_CORE: Readonly<Record<Pass, number>> = { step: 3e10, evaluation: 1e11 };
/** Test images that each worker gets at least, and a divisor of what it gets: some chunks of its own, since kernels are made ready once for all. */
const EVALUATED_TOGETHER = 4 * MOST_EVALUATION_IMAGES;
/** Training between two evaluations, which is not measured: enough for batch normalisation to have a variance. */
const TRAINED_BETWEEN = 16;
/** The first epoch binds the network in every thread and warms up. */
const WARM_UP_EPOCHS = 1;

/**
 * Images a second in training, or in evaluation, of several epochs on noise: through `train`, as any program would.
 *
 * @param pool threads to use, `workers` of them
 */
export async function measureNetwork(
  network: BenchNetwork,
  pass: Pass,
  { pool, workers, effort }: { pool: WorkerPool; workers: number; effort: Effort },
): Promise<readonly number[]> {
  const counts = countImages(network, pass, workers, effort);
  const rates: number[] = [];
  let last = 0;
  const { state, reason } = await train(
    {
      network: network.network,
      batchSize: network.batchSize,
      epochs: WARM_UP_EPOCHS + effort.rounds,
      ...HYPERPARAMETERS,
    },
    {
      pool,
      workers,
      dataset: makeSyntheticDataset(network.network.input, CLASSES, counts),
      onEpoch({ seconds, imagesPerSecond }) {
        const now = performance.now() / 1000;
        // From the end of one evaluation to the end of the next, less the training between them.
        const evaluating = now - last - seconds;
        rates.push(pass === 'step' ? imagesPerSecond : counts.test / evaluating);
        last = now;
      },
    },
  );
  if (state !== 'done') throw new Error(`${network.name} ended as ${state}: ${reason}`);
  return rates.slice(WARM_UP_EPOCHS);
}

/** Whole mini-batches, and of the pass that is not measured as few images as can be. */
function countImages(
  network: BenchNetwork,
  pass: Pass,
  workers: number,
  effort: Effort,
): { train: number; test: number } {
  const cores = Math.min(workers, countCores());
  const guess =
    (effort.networkSeconds * cores * GUESSED_FLOPS_PER_CORE[pass]) / countCost(network, pass).flops;
  if (pass === 'evaluation') {
    return { train: TRAINED_BETWEEN, test: roundUp(guess, EVALUATED_TOGETHER * workers) };
  }
  return { train: roundUp(guess, network.batchSize), test: 1 };
}

function roundUp(count: number, multiple: number): number {
  return Math.max(1, Math.ceil(count / multiple)) * multiple;
}
