import { planNetwork } from '../network/plan.js';
import { measureTraining } from '../optim/training-length.js';
import type { ResolvedRunSpec } from './spec.js';

/**
 * A line of warning if a mini-batch gives a layer one number a channel to normalise by: that number is its own mean, so that the output is
 * the same whatever comes in. Null if none does.
 *
 * @param images that the run trains on
 */
export function warnOfLoneValues(spec: ResolvedRunSpec, images: number): string | null {
  const batchSize = Math.min(spec.batchSize, images);
  const { stepsPerEpoch, steps } = measureTraining(images, spec);
  const hasWholeLast = spec.dropLast || images % batchSize === 0;
  const lastIsOne =
    !hasWholeLast &&
    images % batchSize === 1 &&
    Math.min(steps, spec.maxIterations ?? steps) >= stepsPerEpoch;
  if (batchSize > 1 && !lastIsOne) return null;
  const plan = planNetwork(spec.network, { batchSize, slices: spec.slices, training: true });
  const layers = plan.steps.filter(({ layer }) => layer.valuesPerStatistic === 1).map(({ name }) => name);
  if (layers.length === 0) return null;
  const found =
    batchSize === 1
      ? 'found mini-batches of one image, for which the output is the same whatever comes in and nothing before it learns. ' +
        'Give a mini-batch two images or more (batchSize=2).'
      : `found a last mini-batch of one image in every epoch (${images} images by ${batchSize}), which moves running variances ` +
        'towards 0 and teaches nothing before it. Take dropLast=true, or another batchSize.';
  return `${spec.network.name}: ${layers.join(', ')}: expected at least two values a channel to normalise by on 1×1 maps, ${found}`;
}
