/** How long a training is. */
export interface TrainingLength {
  /** Mini-batches of a whole epoch. */
  readonly stepsPerEpoch: number;
  /** Epochs that are begun; the last one may be cut. */
  readonly epochs: number;
  /** Of the whole training. */
  readonly steps: number;
}

/** Rounding in `epochs · stepsPerEpoch` must not add a step. */
const ROUNDING = 1e-9;

/**
 * The length of a training on so many images.
 *
 * @param epochs may have a fraction: 9.9 epochs of 48 mini-batches are 476 steps, the last one begun and so done
 * @param dropLast leaves out the last mini-batch of an epoch unless it is whole; one larger than the training set is the training set
 */
export function measureTraining(
  images: number,
  { batchSize, dropLast, epochs }: { batchSize: number; dropLast: boolean; epochs: number },
): TrainingLength {
  const batches = images / Math.min(batchSize, images);
  const stepsPerEpoch = dropLast ? Math.floor(batches) : Math.ceil(batches);
  const steps = Math.max(1, Math.ceil(epochs * stepsPerEpoch - ROUNDING));
  return { stepsPerEpoch, steps, epochs: Math.ceil(steps / stepsPerEpoch) };
}

/**
 * Steps of one epoch.
 *
 * @param epoch from 0
 */
export function countStepsOf(epoch: number, { stepsPerEpoch, steps }: TrainingLength): number {
  return Math.max(0, Math.min(stepsPerEpoch, steps - epoch * stepsPerEpoch));
}
