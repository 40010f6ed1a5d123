import { UserError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import type { Dataset } from '../dataset/dataset.js';
import { splitTraining } from '../dataset/split.js';
import { takeSubset } from '../dataset/subset.js';
import type { Kernels } from '../kernels/kernels.js';
import type { InputImages } from '../layers/whitening.js';
import { countClasses, planNetwork } from '../network/plan.js';
import { computeNormalization } from './normalize.js';
import type { ResolvedRunSpec } from './spec.js';

/** A spec that has been fitted to its data: its counts are numbers. */
export type FittedRunSpec = ResolvedRunSpec & { readonly trainCount: number; readonly testCount: number };

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
}

/**
 * Checks what a spec alone cannot tell, and says how many images it really means: a spec whose counts are null gets those of the
 * data, so that two ways of asking for one thing are one run.
 *
 * @throws UserError if a subset is outside the data, a layer does not fit its input, or the network does not take the data's images and tell
 *   its classes apart
 */
export function fitSpec(spec: ResolvedRunSpec, dataset: Dataset): FittedRunSpec {
  const { train, validation } = splitTraining(dataset.train, dataset.classNames.length, spec);
  const test = takeSubset(dataset.test, spec.testFirst, spec.testCount, 'test');
  const { name, input } = spec.network;
  const classes = countClasses(
    planNetwork(spec.network, { batchSize: 1, slices: spec.slices, training: true }),
  );
  if (formatShape(input) !== formatShape(dataset.shape)) {
    throw new UserError(
      `${name}: expected images of ${formatShape(input)}, found ${formatShape(dataset.shape)} in ${dataset.name}. ` +
        "Change the network's input or take another data set.",
    );
  }
  if (classes < dataset.classNames.length) {
    throw new UserError(
      `${name}: expected at least ${dataset.classNames.length} outputs for the classes of ${dataset.name}, ` +
        `found ${classes}. Give the last layer one output a class.`,
    );
  }
  return {
    ...spec,
    trainCount: train.length + validation.length,
    validationCount: validation.length,
    validationFraction: 0,
    validationFrom: validation.length > 0 ? spec.validationFrom : 'end',
    testCount: test.count,
  };
}

/** A run's images, and how they are normalised: by those that it trains on. */
export function selectData(spec: FittedRunSpec, dataset: Dataset, kernels: Kernels): RunData {
  const { train, validation } = splitTraining(dataset.train, dataset.classNames.length, spec);
  const test = takeSubset(dataset.test, spec.testFirst, spec.testCount, 'test');
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
  };
}

/** The images that a run trains on, as its network reads them. */
export function inputsOf({ dataset, train, mean, scale }: RunData): InputImages {
  return { shape: dataset.shape, pixels: dataset.train.pixels, samples: train, mean, scale };
}
