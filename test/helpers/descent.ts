import { Objective } from '../../src/check/objective.js';
import { sizeOf } from '../../src/core/shape.js';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import { LAYER_KINDS } from '../../src/layers/registry.js';
import { allocateModel, initializeModel, viewModel } from '../../src/network/memory.js';
import type { PlannedParameter } from '../../src/network/plan.js';
import type { WrittenNetwork } from '../../src/network/spec.js';
import type { WorkerPool } from '../../src/parallel/pool.js';
import { type RunSpec, resolveRunSpec } from '../../src/run/spec.js';
import type { TrainResult } from '../../src/run/types.js';
import { train } from '../../src/train.js';
import { makeTinyDataset } from './tiny-dataset.js';

const IMAGES = 12;
export const STEPS = 100;

const SHAPE = { height: 15, width: 15, channels: 1 };
const dataset = makeTinyDataset({ train: IMAGES, test: 10, shape: SHAPE });

/** Smooth, so that rounding does not turn a corner; its kernels have more filters than inputs, fewer, and two groups. */
const network: WrittenNetwork = {
  name: 'smooth',
  input: [15, 15, 1],
  layers: [
    {
      kind: 'convolution',
      name: 'conv1',
      kernel: 3,
      stride: 4,
      filters: 12,
      kernelLearningRate: 0.5,
      biasWeightDecay: 0,
    },
    { kind: 'tanh' },
    { kind: 'convolution', name: 'conv2', kernel: 2, stride: 2, filters: 8, groups: 2, biasLearningRate: 2 },
    { kind: 'tanh' },
    { kind: 'fully-connected', name: 'fc', units: 10, kernelWeightDecay: 3 },
  ],
};

/** A training of STEPS steps, each on all images. */
export function specOf(options: Partial<RunSpec>): RunSpec {
  return { network, epochs: STEPS, batchSize: IMAGES, seed: 5, slices: 4, ...options };
}

export function descend(pool: WorkerPool, options: Partial<RunSpec>): Promise<TrainResult> {
  return train(specOf(options), { dataset, pool, workers: 2 });
}

/** A parameter of the same training in float64, as whoever moves it by hand sees it. */
export interface PlainParameter {
  readonly plan: PlannedParameter;
  readonly w: Float64Array;
  /** Of the step at hand. */
  readonly g: Float64Array;
}

/**
 * The same training by plain loops in float64: gradients by the reference kernels, steps by whoever is given.
 *
 * @param move one step, counted from 1, of all parameters
 * @returns parameters one after another, as a result has them
 */
export function descendPlainly(
  normalization: TrainResult['normalization'],
  move: (parameters: readonly PlainParameter[], step: number) => void,
): Float64Array {
  const { network: spec, seed } = resolveRunSpec(specOf({}));
  const size = sizeOf(dataset.shape);
  const { pixels, labels } = dataset.train;
  const { mean, scale } = normalization;
  const inputs = Float64Array.from(
    { length: IMAGES * size },
    (_, i) => (pixels[i]! - mean[i % size]!) * scale[i % size]!,
  );
  const objective = new Objective(
    { network: spec, labelSmoothing: 0, kernels: referenceKernels, kinds: LAYER_KINDS, double: true },
    { images: IMAGES, inputs, labels },
  );
  const memory = viewModel(allocateModel(objective.plan), objective.plan);
  initializeModel(memory, objective.plan, seed, referenceKernels, null);
  objective.weights.set(memory.weights);
  const weights = objective.weights as unknown as Float64Array;
  const parameters = objective.parameters.map((plan) => ({
    plan,
    w: weights.subarray(plan.offset, plan.offset + plan.size),
    g: new Float64Array(plan.size),
  }));
  for (let step = 1; step <= STEPS; step++) {
    const gradient = objective.computeGradient();
    for (const { plan, g } of parameters) g.set(gradient.subarray(plan.offset, plan.offset + plan.size));
    move(parameters, step);
  }
  return Float64Array.from(parameters.flatMap(({ w }) => [...w]));
}

/** ‖a − b‖ / ‖b‖. */
export function measureDistance(a: ArrayLike<number>, b: Float64Array): number {
  const difference = b.reduce((sum, value, i) => sum + (a[i]! - value) ** 2, 0);
  return Math.sqrt(difference / b.reduce((sum, value) => sum + value ** 2, 0));
}
