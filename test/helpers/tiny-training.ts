import type { WorkerPool } from '../../src/parallel/pool.js';
import type { RunSpec } from '../../src/run/spec.js';
import type { TrainOptions, TrainResult } from '../../src/run/types.js';
import { train } from '../../src/train.js';
import { makeTinyDataset } from './tiny-dataset.js';

/** Few images of ten classes that are easy to tell apart. */
export const dataset = makeTinyDataset();

/** Trains on them, for two epochs by two workers of a pool if nothing else is said. */
export const runOn =
  (pool: WorkerPool) =>
  (spec: RunSpec, options: TrainOptions = {}) =>
    train({ epochs: 2, batchSize: 50, ...spec }, { dataset, pool, workers: 2, ...options });

/** What must be equal to the bit whoever computes it: everything but times. */
export function factsOf({
  state,
  reason,
  epochs,
  confusion,
  predicted,
  weightsSha256,
  parameterCount,
}: TrainResult) {
  const metrics = epochs.map(({ seconds, imagesPerSecond, ...rest }) => rest);
  return { state, reason, metrics, confusion, predicted, weightsSha256, parameterCount };
}
