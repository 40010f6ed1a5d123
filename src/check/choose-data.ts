import { UserError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import type { Dataset } from '../dataset/dataset.js';
import { makeSyntheticDataset } from '../dataset/synthetic.js';
import { LAYER_KINDS } from '../layers/registry.js';
import { countClasses, planNetwork } from '../network/plan.js';
import type { ResolvedRunSpec } from '../run/spec.js';

const NOISE_IMAGES = 100;

/** The images that a network is checked on, and why they are none of the data set that the spec names, if so. */
export interface ChosenData {
  readonly dataset: Dataset;
  readonly reason: string | null;
}

/**
 * The spec's data set, or images of noise where the network does not take its images or the data set is not at hand.
 *
 * @throws UserError if the network does not end in classes
 */
export async function chooseData(
  { network, dataset: name, slices }: ResolvedRunSpec,
  loadDataset: (name: string) => Promise<Dataset>,
  kinds = LAYER_KINDS,
): Promise<ChosenData> {
  const classes = countClasses(planNetwork(network, { batchSize: 1, slices, training: true, kinds }));
  const makeNoise = (reason: string): ChosenData => ({
    dataset: makeSyntheticDataset(network.input, classes, { train: NOISE_IMAGES, test: 1 }),
    reason,
  });
  try {
    const dataset = await loadDataset(name);
    if (formatShape(dataset.shape) !== formatShape(network.input)) {
      return makeNoise(`${name} has images of ${formatShape(dataset.shape)}`);
    }
    if (dataset.targetNames) return makeNoise(`${name} has targets in place of classes`);
    if (dataset.classNames.length > classes)
      return makeNoise(`${name} has ${dataset.classNames.length} classes`);
    return { dataset, reason: null };
  } catch (error) {
    if (error instanceof UserError) return makeNoise(error.message);
    throw error;
  }
}
