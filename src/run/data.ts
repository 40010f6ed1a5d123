import type { Dataset } from '../dataset/dataset.js';
import { splitTraining } from '../dataset/split.js';
import { takeSubset } from '../dataset/subset.js';
import type { Kernels } from '../kernels/kernels.js';
import type { InputImages } from '../layers/whitening.js';
import { countClasses } from '../network/plan.js';
import { computeClassWeights } from './class-weights.js';
import type { FittedRun } from './fit.js';
import { computeNormalization } from './normalize.js';

/** The parts of a data set that a run uses. */
export interface RunData {
  readonly dataset: Dataset;
  /** Indices of images in the training half, from 0. */
  readonly train: Int32Array;
  /** Likewise; empty without a validation split. */
  readonly validation: Int32Array;
  /** Indices of images in the test half, from 0. */
  readonly test: Int32Array;
  readonly mean: Float32Array;
  readonly scale: Float32Array;
  /** Of the training loss, one for each class of the network; null for 1. */
  readonly classWeights: Float32Array | null;
}

/** A run's images, and how they are normalised: by those that it trains on. */
export function selectData({ spec, dataset, plan }: FittedRun, kernels: Kernels): RunData {
  const { train, validation } = splitTraining(dataset.train, dataset.classNames.length, spec);
  const test = takeSubset(dataset.test, spec.testFirst, spec.testCount, 'test');
  const { labels } = dataset.train;
  return {
    dataset,
    train,
    validation,
    test: Int32Array.from({ length: test.count }, (_, i) => test.first + i),
    ...computeNormalization(
      spec.normalization,
      { images: dataset.train, shape: dataset.shape, samples: train },
      kernels,
    ),
    classWeights:
      spec.classWeights &&
      computeClassWeights(spec.classWeights, { labels, samples: train, classes: countClasses(plan) }),
  };
}

/** The images that a run trains on, as its network reads them. */
export function inputsOf({ dataset, train, mean, scale }: RunData): InputImages {
  return { shape: dataset.shape, pixels: dataset.train.pixels, samples: train, mean, scale };
}
