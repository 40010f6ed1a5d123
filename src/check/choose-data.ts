import { UserError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import type { Dataset } from '../dataset/dataset.js';
import { makeSyntheticDataset, makeSyntheticTargets } from '../dataset/synthetic.js';
import { LOSSES } from '../layers/loss.js';
import { LAYER_KINDS } from '../layers/registry.js';
import { countClasses, planNetwork } from '../network/plan.js';
import { checkRegression, checkTargetCount } from '../run/fit-targets.js';
import type { ResolvedRunSpec } from '../run/spec.js';

const NOISE_COUNTS = { train: 100, test: 1 };

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
  spec: ResolvedRunSpec,
  loadDataset: (name: string) => Promise<Dataset>,
  kinds = LAYER_KINDS,
): Promise<ChosenData> {
  const { network, dataset: name, slices } = spec;
  const classes = countClasses(planNetwork(network, { batchSize: 1, slices, training: true, kinds }));
  const makeNoise = (reason: string): ChosenData => ({
    // One class is known before anything is learned.
    dataset:
      classes === 1 && LOSSES[network.loss]!.takesTargets
        ? makeSyntheticTargets(network.input, NOISE_COUNTS)
        : makeSyntheticDataset(network.input, classes, NOISE_COUNTS),
    reason,
  });
  try {
    const dataset = await loadDataset(name);
    if (formatShape(dataset.shape) !== formatShape(network.input)) {
      return makeNoise(`${name} has images of ${formatShape(dataset.shape)}`);
    }
    const { targetNames } = dataset;
    if (targetNames) {
      checkRegression(spec, { name, targetNames });
      checkTargetCount(network.name, classes, { name, targetNames });
    } else if (dataset.classNames.length > classes)
      return makeNoise(`${name} has ${dataset.classNames.length} classes`);
    return { dataset, reason: null };
  } catch (error) {
    if (error instanceof UserError) return makeNoise(error.message);
    throw error;
  }
}
