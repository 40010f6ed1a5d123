import type { TrainResult } from '../../src/run/types.js';

/** What must be equal to the bit whoever computes a run, and whatever interrupted it: everything but times. */
export function factsOf({
  state,
  reason,
  epochs,
  bestEpoch,
  augmentedTest,
  confusion,
  predicted,
  weightsSha256,
}: TrainResult) {
  const metrics = epochs.map(({ seconds, imagesPerSecond, ...rest }) => rest);
  return { state, reason, metrics, bestEpoch, augmentedTest, confusion, predicted, weightsSha256 };
}
