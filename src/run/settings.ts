import { measureTraining } from '../optim/training-length.js';
import type { RunSettings } from '../parallel/protocol.js';
import type { FittedRun } from './fit.js';
import { optimizerOf } from './optimizer-fields.js';

/** What workers must know of a run. */
export function deriveSettings({ spec, plugins }: FittedRun): RunSettings {
  const images = spec.trainCount - spec.validationCount;
  return {
    network: spec.network,
    plugins: plugins.modules.map(({ url, sha256 }) => ({ url, sha256 })),
    batchSize: Math.min(spec.batchSize, images),
    slices: spec.slices,
    shards: spec.shards,
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
