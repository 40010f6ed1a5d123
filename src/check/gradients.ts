import { RandomStream } from '../core/rng.js';
import { sizeOf } from '../core/shape.js';
import type { Kernels } from '../kernels/kernels.js';
import { referenceKernels } from '../kernels/reference/reference.js';
import type { LayerKinds } from '../layers/layer.js';
import { LAYER_KINDS } from '../layers/registry.js';
import { countClasses, type PlannedParameter, planNetwork } from '../network/plan.js';
import type { NetworkSpec } from '../network/spec.js';
import type { Finding } from './finding.js';
import { narrowNetwork } from './narrow.js';
import { type MiniBatch, Objective, type ObjectiveOptions } from './objective.js';
import { drawGenericWeights } from './weights.js';

/** Of one image, so that a network of a hundred parameters takes seconds on plain loops. */
const MOST_MULTIPLY_ADDS = 400_000;
/** Images for numerical derivatives: one after another in memory. For the kernels: enough to lie in lanes, the last bundle in part. */
const FEW_IMAGES = 3;
const MORE_IMAGES = 19;
/** Derivatives of each parameter: those that the gradient says are greatest, and as many more from all over it. */
const GREATEST = 3;
const SPREAD = 3;
/**
 * Steps of the numerical derivative, relative to the parameter's size. Rounding in 64 bits makes the first good for 8 digits or so; where a ReLU
 * or a maximum lies within the step, a shorter one steps over it.
 */
const STEPS = [1e-5, 1e-6, 1e-7] as const;
/** Of a derivative, relative to the parameter's greatest. */
const NUMERICAL_LIMIT = 1e-4;
/** Of the kernels' gradients in 32 bits, likewise: rounding, and here and there a ReLU or a maximum that rounding has turned. */
const KERNEL_LIMIT = 0.01;
/** A parameter whose derivatives are all near zero is measured by the network's greatest, times this. */
const SMALL = 1e-3;

/** The greatest error of something, and where it is. */
interface Worst {
  readonly error: number;
  readonly label: string;
}

/**
 * Checks a network's gradients in two steps: those that the layers compute in 64 bits on the reference kernels, against central differences of
 * the loss (CS231n's assignment); those of `kernels`, as training computes them, against these, element by element. On noise, with random weights, on a
 * narrower copy if the network is large.
 */
export function checkGradients(
  network: NetworkSpec,
  {
    labelSmoothing,
    kernels,
    kinds = LAYER_KINDS,
  }: { labelSmoothing: number; kernels: Kernels; kinds?: LayerKinds },
  oracle: Kernels = referenceKernels,
): Finding {
  const narrow = narrowNetwork(network, MOST_MULTIPLY_ADDS, kinds);
  const precise = { network: narrow.network, labelSmoothing, kernels: oracle, kinds, double: true };
  const numerical = compareWithDifferences(precise);
  const native = compareKernels(precise, kernels);
  const copy = narrow.share < 1 ? `; with 1/${1 / narrow.share} of the channels` : '';
  return {
    check: 'gradients',
    passed: numerical.worst.error <= NUMERICAL_LIMIT && native.error <= KERNEL_LIMIT,
    finding:
      `${numerical.derivatives} numerical derivatives off by ${describeWorst(numerical.worst, NUMERICAL_LIMIT)}; ` +
      `${kernels.name} off by ${describeWorst(native, KERNEL_LIMIT)}${copy}`,
  };
}

function compareWithDifferences(options: ObjectiveOptions) {
  const network = new Objective(options, drawBatch(options, FEW_IMAGES));
  network.weights.set(drawGenericWeights(network.plan));
  const gradient = network.computeGradient().slice();
  const scaleOf = makeScale(network.parameters, gradient);
  let worst: Worst = { error: 0, label: '' };
  let derivatives = 0;
  for (const parameter of network.parameters) {
    for (const index of chooseElements(parameter, gradient)) {
      const error = compareDerivative(network, parameter, index, gradient, scaleOf(parameter));
      worst = worseOf(worst, { error, label: `${parameter.label}[${index}]` });
      derivatives++;
    }
  }
  return { worst, derivatives };
}

/** The error of one derivative with the step that suits it best. */
function compareDerivative(
  network: Objective,
  { offset, size }: PlannedParameter,
  index: number,
  gradient: Float32Array,
  scale: number,
): number {
  const { weights } = network;
  const at = offset + index;
  const value = weights[at]!;
  const squares = weights.subarray(offset, offset + size).reduce((sum, weight) => sum + weight ** 2, 0);
  let least = Number.POSITIVE_INFINITY;
  for (const relative of STEPS) {
    const step = relative * Math.max(0.01, Math.sqrt(squares / size));
    weights[at] = value + step;
    const above = network.computeLoss();
    weights[at] = value - step;
    const below = network.computeLoss();
    weights[at] = value;
    const numerical = (above - below) / (2 * step);
    const error = Math.abs(numerical - gradient[at]!) / Math.max(scale, Math.abs(numerical));
    if (error < least) least = error;
    if (least <= NUMERICAL_LIMIT) break;
  }
  return least;
}

function compareKernels(precise: ObjectiveOptions, kernels: Kernels): Worst {
  const batch = drawBatch(precise, MORE_IMAGES);
  const expected = new Objective(precise, batch);
  const weights = Float64Array.from(Float32Array.from(drawGenericWeights(expected.plan)));
  expected.weights.set(weights);
  const found = new Objective({ ...precise, kernels, double: false }, batch);
  found.weights.set(weights);
  const [exact, gradient] = [expected.computeGradient(), found.computeGradient()];
  const scaleOf = makeScale(expected.parameters, exact);
  return expected.parameters.reduce(
    (worst: Worst, parameter) => {
      const scale = scaleOf(parameter);
      let error = 0;
      for (let i = parameter.offset; i < parameter.offset + parameter.size; i++) {
        const apart = Math.abs(gradient[i]! - exact[i]!) / scale;
        // NaN is no agreement.
        if (!(apart <= error)) error = Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart;
      }
      return worseOf(worst, { error, label: parameter.label });
    },
    { error: 0, label: '' },
  );
}

/** What errors in a parameter's derivatives are measured by. */
function makeScale(
  parameters: readonly PlannedParameter[],
  gradient: Float32Array,
): (parameter: PlannedParameter) => number {
  const greatestOf = ({ offset, size }: PlannedParameter) =>
    gradient.subarray(offset, offset + size).reduce((most, slope) => Math.max(most, Math.abs(slope)), 0);
  const greatest = Math.max(...parameters.map(greatestOf));
  return (parameter) => Math.max(greatestOf(parameter), SMALL * greatest, Number.MIN_VALUE);
}

function chooseElements({ offset, size, absent = [] }: PlannedParameter, gradient: Float32Array): number[] {
  const left = new Set(absent);
  const present = Array.from({ length: size }, (_, i) => i).filter((i) => !left.has(i));
  const slope = (i: number) => Math.abs(gradient[offset + i]!);
  const greatest = present.toSorted((a, b) => slope(b) - slope(a)).slice(0, GREATEST);
  const spread = Array.from(
    { length: SPREAD },
    (_, k) => present[Math.floor(((k + 0.5) * present.length) / SPREAD)]!,
  );
  return [...new Set([...greatest, ...spread])];
}

/** Images of noise with deviation 1, and labels of noise. */
function drawBatch({ network, kinds }: ObjectiveOptions, images: number): MiniBatch {
  const stream = new RandomStream([images, 1]);
  const classes = countClasses(planNetwork(network, { batchSize: 1, slices: 1, training: false, kinds }));
  return {
    images,
    inputs: Float64Array.from({ length: images * sizeOf(network.input) }, () =>
      // As both widths hold it.
      Math.fround(stream.nextNormal()),
    ),
    labels: Uint16Array.from({ length: images }, () => stream.nextBelow(classes)),
  };
}

function worseOf(a: Worst, b: Worst): Worst {
  return b.error > a.error ? b : a;
}

function describeWorst({ error, label }: Worst, limit: number): string {
  const place = error > limit ? ` in ${label}` : '';
  return `${error.toExponential(0)}${place} (limit ${limit})`;
}
