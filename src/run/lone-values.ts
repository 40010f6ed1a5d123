import { UserError } from '../core/errors.js';
import type { LayerKinds } from '../layers/layer.js';
import { LAYER_KINDS } from '../layers/registry.js';
import { planNetwork } from '../network/plan.js';
import { measureTraining } from '../optim/training-length.js';
import type { FittedRun } from './fit.js';
import type { ResolvedRunSpec } from './spec.js';

export interface LoneValuesOptions {
  /** That the network's layers are of. */
  readonly kinds?: LayerKinds;
  /** Whether it is to be trained all the same. */
  readonly force?: boolean;
}

/**
 * What is doubtful about runs before they are trained, each thing once.
 *
 * @throws UserError for one that cannot learn, unless that is forced
 */
export function listLoneValues(
  runs: readonly Pick<FittedRun, 'spec' | 'plugins'>[],
  force: boolean,
): string[] {
  const warnings = runs.map(({ spec, plugins }) =>
    checkLoneValues(spec, spec.trainCount - spec.validationCount, { kinds: plugins.layers, force }),
  );
  return [...new Set(warnings)].filter((warning) => warning !== null);
}

/**
 * Looks for a mini-batch that gives a layer one number a channel to normalise by: that number is its own mean, so that the output is the same
 * whatever comes in. If every mini-batch is such a one, nothing before the layer ever learns.
 *
 * @param images that the run trains on
 * @returns a line of warning; null if there is no such mini-batch
 * @throws UserError if all of them are, unless that is forced
 */
export function checkLoneValues(
  spec: ResolvedRunSpec,
  images: number,
  { kinds = LAYER_KINDS, force = false }: LoneValuesOptions = {},
): string | null {
  const batchSize = Math.min(spec.batchSize, images);
  const { stepsPerEpoch, steps } = measureTraining(images, spec);
  const hasWholeLast = spec.dropLast || images % batchSize === 0;
  const lastIsOne =
    !hasWholeLast &&
    images % batchSize === 1 &&
    Math.min(steps, spec.maxIterations ?? steps) >= stepsPerEpoch;
  if (batchSize > 1 && !lastIsOne) return null;
  const plan = planNetwork(spec.network, { batchSize, slices: spec.slices, training: true, kinds });
  const layers = plan.steps.filter(({ layer }) => layer.valuesPerStatistic === 1).map(({ name }) => name);
  if (layers.length === 0) return null;
  const doubt = `${spec.network.name}: ${layers.join(', ')}: expected at least two values a channel to normalise by on 1×1 maps, found`;
  if (batchSize > 1) {
    return (
      `${doubt} a last mini-batch of one image in every epoch (${images} images by ${batchSize}), which moves running variances ` +
      'towards 0 and teaches nothing before it. Take dropLast=true, or another batchSize.'
    );
  }
  const mending =
    `${doubt} mini-batches of one image, for which the output is the same whatever comes in and nothing before it learns. ` +
    'Give a mini-batch two images or more (batchSize=2)';
  if (force) return `${mending}.`;
  throw new UserError(`${mending}, or train it all the same with --force ('force' in a program).`);
}
