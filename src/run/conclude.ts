import { createHash } from 'node:crypto';
import { nameOutputs } from '../dataset/output-names.js';
import { exportWeights, type ModelMemory } from '../network/memory.js';
import { noteReading } from '../sources/options.js';
import { countClassErrors } from './class-errors.js';
import type { RunData } from './data.js';
import type { FittedRun } from './fit.js';
import type { TestResults } from './measure.js';
import type { TrainingProfile } from './profile.js';
import type { Ending } from './stopping.js';
import type { EpochMetrics, TrainResult } from './types.js';

/** What a run has been through. */
export interface Course {
  readonly ending: Ending;
  readonly epochs: readonly EpochMetrics[];
  readonly bestEpoch: number | null;
  /** Of the best epoch, if one is kept, or else the last that has ended; null if none has. A run that ends within an epoch has gone on since. */
  readonly kept: TestResults | null;
  readonly augmented: TestResults | null;
  readonly seconds: number;
  readonly kernels: string;
  readonly profile: TrainingProfile | null;
}

/** What a run leaves behind, with the weights that its memory holds now. */
export function concludeRun(
  { spec, dataset, plan }: FittedRun,
  { mean, scale, test }: RunData,
  memory: ModelMemory,
  { ending, epochs, bestEpoch, kept, augmented, seconds, kernels, profile }: Course,
): TrainResult {
  const weights = exportWeights(memory, plan);
  const tested = augmented ?? kept;
  return {
    ...ending,
    spec,
    datasetSha256: dataset.sha256,
    ...nameOutputs(dataset),
    ...noteReading(dataset),
    normalization: { mean, scale },
    epochs,
    bestEpoch,
    augmentedTest: augmented?.metrics ?? null,
    confusion: tested?.confusion ?? [],
    predicted: tested?.predicted ?? new Uint16Array(),
    classErrors:
      tested && !dataset.targetNames
        ? countClassErrors(dataset.test, test, tested.predicted, dataset.classNames.length)
        : [],
    parameterCount: plan.parameterCount,
    weights,
    weightsSha256: hashWeights(weights),
    seconds,
    imagesPerSecond: measureRate(epochs),
    kernels,
    ...(profile ? { profile } : {}),
  };
}

/** SHA-256 of exported weights' bytes, as hexadecimal. */
export function hashWeights(weights: Float32Array): string {
  return createHash('sha256').update(new Uint8Array(weights.buffer)).digest('hex');
}

/** Training images a second over all epochs. */
function measureRate(epochs: readonly EpochMetrics[]): number {
  if (epochs.length === 0) return 0;
  const images = epochs.reduce((sum, epoch) => sum + epoch.imagesPerSecond * epoch.seconds, 0);
  return images / epochs.reduce((sum, { seconds }) => sum + seconds, 0);
}
