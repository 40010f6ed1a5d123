import { UserError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import type { Dataset } from '../dataset/dataset.js';
import { countSplit } from '../dataset/split.js';
import { takeSubset } from '../dataset/subset.js';
import { countClasses, type NetworkPlan, type PlanOptions, planNetwork } from '../network/plan.js';
import { cutMiniBatch } from '../network/shards.js';
import type { NetworkSpec } from '../network/spec.js';
import { NO_PLUGINS, type Plugins, takeUsed } from '../plugins/plugins.js';
import { checkShards } from './check-shards.js';
import { checkClassWeights } from './class-weights.js';
import { checkRegression, checkTargetCount } from './fit-targets.js';
import type { ResolvedRunSpec } from './spec.js';

/** A spec that has been fitted to its data: its counts are numbers. */
export type FittedRunSpec = ResolvedRunSpec & { readonly trainCount: number; readonly testCount: number };

/** A run that has been fitted to its data: all that is settled before an image is read. Made once, by whoever plans the run. */
export interface FittedRun {
  readonly spec: FittedRunSpec;
  readonly dataset: Dataset;
  /** Of the network in training. */
  readonly plan: NetworkPlan;
  /** Those that the network and the optimizer need. */
  readonly plugins: Plugins;
}

/** A run without its plan, which can be made from it at any time: what a sweep holds of thousands. */
export type UnplannedRun = Omit<FittedRun, 'plan'>;

interface FitOptions {
  /** That the spec was resolved with. */
  readonly plugins?: Plugins;
}

/**
 * Checks what a spec alone cannot tell, and says how many images it really means: a spec whose counts are null gets those of the
 * data, so that two ways of asking for one thing are one run.
 *
 * @throws UserError if a subset is outside the data, a mini-batch has fewer images than shards, a layer does not fit its input, the network does not take the data's images and tell
 *   its classes apart or give its targets, there are class weights for another number of classes, or what needs classes is asked of targets
 */
export function fitRun(
  asked: ResolvedRunSpec,
  dataset: Dataset,
  { plugins = NO_PLUGINS }: FitOptions = {},
): FittedRun {
  const spec = fitCounts(asked, dataset);
  const plan = planNetwork(spec.network, cutNetwork(spec, plugins));
  checkNetwork(spec, countClasses(plan), dataset);
  return { spec, dataset, plan, plugins: takeUsed(plugins, spec) };
}

interface UnplannedOptions extends Required<FitOptions> {
  /** Of a network in training; plans it, unless that has been done before. */
  readonly countOutputs: (network: NetworkSpec, options: PlanOptions) => number;
}

/** The same without a plan, for who fits many runs of which some have one network. */
export function fitUnplanned(
  asked: ResolvedRunSpec,
  dataset: Dataset,
  { plugins, countOutputs }: UnplannedOptions,
): UnplannedRun {
  const spec = fitCounts(asked, dataset);
  checkNetwork(spec, countOutputs(spec.network, cutNetwork(spec, plugins)), dataset);
  return { spec, dataset, plugins: takeUsed(plugins, spec) };
}

/** A run with its plan. */
export function planRun({ spec, dataset, plugins }: UnplannedRun): FittedRun {
  return { spec, dataset, plan: planNetwork(spec.network, cutNetwork(spec, plugins)), plugins };
}

function cutNetwork(spec: FittedRunSpec, { layers }: Plugins): PlanOptions {
  const batchSize = Math.min(spec.batchSize, spec.trainCount - spec.validationCount);
  return cutMiniBatch({ ...spec, batchSize }, layers);
}

function fitCounts(spec: ResolvedRunSpec, dataset: Dataset): FittedRunSpec {
  const { name, targetNames } = dataset;
  if (targetNames) checkRegression(spec, { name, targetNames });
  const { train, validation } = countSplit(dataset.train, dataset.classNames.length, spec);
  const test = takeSubset(dataset.test, spec.testFirst, spec.testCount, 'test');
  const fitted = {
    ...spec,
    trainCount: train + validation,
    validationCount: validation,
    validationFraction: 0,
    validationFrom: validation > 0 ? spec.validationFrom : 'end',
    testCount: test.count,
  };
  checkShards(fitted);
  return fitted;
}

/** Whether the network takes the data's images, and tells what they ask for. */
function checkNetwork(spec: ResolvedRunSpec, outputs: number, dataset: Dataset): void {
  checkInput(spec, dataset);
  const { name, targetNames } = dataset;
  if (targetNames) {
    checkTargetCount(spec.network.name, outputs, { name, targetNames });
  } else {
    checkClassCount(spec, outputs, dataset);
    checkClassWeights(spec.classWeights, dataset);
  }
}

/** @throws UserError if the network does not take the data's images */
export function checkInput({ network: { name, input } }: ResolvedRunSpec, dataset: Dataset): void {
  if (formatShape(input) !== formatShape(dataset.shape)) {
    throw new UserError(
      `${name}: expected images of ${formatShape(input)}, found ${formatShape(dataset.shape)} in ${dataset.name}. ` +
        (dataset.source
          ? `Read the data with resize=${input.height}x${input.width} and channels=${input.channels}, or change the network's input.`
          : "Change the network's input or take another data set."),
    );
  }
}

/** Whether it tells their classes apart. */
function checkClassCount({ network: { name } }: ResolvedRunSpec, classes: number, dataset: Dataset): void {
  if (classes < dataset.classNames.length) {
    throw new UserError(
      `${name}: expected at least ${dataset.classNames.length} outputs for the classes of ${dataset.name}, ` +
        `found ${classes}. Give the last layer one output a class.`,
    );
  }
}
