import { measureTraining } from '../optim/training-length.js';
import type { RunSettings } from '../parallel/protocol.js';
import type { FittedRunSpec } from './fit.js';
import { optimizerOf } from './optimizer-fields.js';

/** What workers must know of a spec. */
export function deriveSettings(spec: FittedRunSpec): RunSettings {
  const images = spec.trainCount - spec.validationCount;
  return {
    network: spec.network,
    batchSize: Math.min(spec.batchSize, images),
    slices: spec.slices,
    seed: spec.seed,
    length: measureTraining(images, spec),
    maxIterations: spec.maxIterations ?? Number.POSITIVE_INFINITY,
    restEpsilon: spec.minWeightChange?.per === 'iteration' ? spec.minWeightChange.epsilon : null,
    lookahead: spec.lookahead,
    averaging: spec.averaging,
    labelSmoothing: spec.labelSmoothing,
    optimizer: optimizerOf(spec),
    clipNorm: spec.clipNorm,
    schedule: spec.learningRate,
    augmentation: spec.augmentation,
  };
}
