import { UserError } from '../core/errors.js';
import { Memory } from '../core/memory.js';
import type { LayerKinds } from '../layers/layer.js';
import { LAYER_KINDS } from '../layers/registry.js';
import { planNetwork } from '../network/plan.js';
import type { NetworkSpec } from '../network/spec.js';
import { measureTraining } from '../optim/training-length.js';
import type { UnplannedRun } from './fit.js';
import type { ResolvedRunSpec } from './spec.js';

export interface LoneValuesOptions {
  /** That the network's layers are of. */
  readonly kinds?: LayerKinds;
  /** Whether it is to be trained all the same. */
  readonly force?: boolean;
  /** For who checks many specs, of which some have one network. */
  readonly findLayers?: typeof listLoneLayers;
}

/** Networks whose layers are remembered. */
const MOST_NETWORKS = 1000;

/**
 * What is doubtful about runs before they are trained, each thing once.
 *
 * @throws UserError for one that cannot learn, unless that is forced
 */
export function listLoneValues(
  runs: readonly Pick<UnplannedRun, 'spec' | 'plugins'>[],
  force: boolean,
): string[] {
  const found = new Memory<readonly string[]>(MOST_NETWORKS);
  const findLayers: typeof listLoneLayers = (network, kinds) =>
    found.recall(network, '', () => listLoneLayers(network, kinds));
  const warnings = new Set<string>();
  for (const { spec, plugins } of runs) {
    const images = spec.trainCount - spec.validationCount;
    const warning = checkLoneValues(spec, images, { kinds: plugins.layers, force, findLayers });
    if (warning !== null) warnings.add(warning);
  }
  return [...warnings];
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
  { kinds = LAYER_KINDS, force = false, findLayers = listLoneLayers }: LoneValuesOptions = {},
): string | null {
  const batchSize = Math.min(spec.batchSize, images);
  const { stepsPerEpoch, steps } = measureTraining(images, spec);
  const hasWholeLast = spec.dropLast || images % batchSize === 0;
  const lastIsOne =
    !hasWholeLast &&
    images % batchSize === 1 &&
    Math.min(steps, spec.maxIterations ?? steps) >= stepsPerEpoch;
  if (batchSize > 1 && !lastIsOne) return null;
  const layers = findLayers(spec.network, kinds);
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

/** Layers that normalise by one number a channel if a mini-batch is one image. */
function listLoneLayers(network: NetworkSpec, kinds: LayerKinds): readonly string[] {
  const { steps } = planNetwork(network, { batchSize: 1, slices: 1, training: true, kinds });
  return steps.filter(({ layer }) => layer.valuesPerStatistic === 1).map(({ name }) => name);
}
