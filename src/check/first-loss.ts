import { sizeOf } from '../core/shape.js';
import type { Dataset } from '../dataset/dataset.js';
import type { Kernels } from '../kernels/kernels.js';
import { describeNetwork } from '../network/describe.js';
import { countClasses, type NetworkPlan } from '../network/plan.js';
import { NO_PLUGINS } from '../plugins/plugins.js';
import { computeNormalization } from '../run/normalize.js';
import { penaltyOf } from '../run/optimizer-fields.js';
import { computeRegularization } from '../run/regularization.js';
import type { ResolvedRunSpec } from '../run/spec.js';
import type { Finding } from './finding.js';
import { type MiniBatch, Objective } from './objective.js';
import { drawSmallWeights, SMALL_DEVIATION } from './weights.js';

const MOST_IMAGES = 100;
const LEAST_IMAGES = 2;
/** Of the forward pass: a second or so. */
const MOST_MULTIPLY_ADDS = 2e10;
/** The loss may be off by so much. */
const TOLERANCE = 0.02;
/** Where the spec has none. */
const WEIGHT_DECAY = 0.0005;

/**
 * The loss of a network to which all classes are alike; targets that are numbers have their own: ln C for the cross-entropy; for the squared error ½ with outputs of zero, and ½·(1 − 1/C)
 * behind a softmax, with outputs of 1/C.
 */
const UNTRAINED: Readonly<
  Record<string, (classes: number, last: string | undefined) => { loss: number; formula: string }>
> = {
  'softmax-cross-entropy': (classes) => ({ loss: Math.log(classes), formula: `ln ${classes}` }),
  'squared-l2': (classes, last) =>
    last === 'softmax'
      ? { loss: 0.5 * (1 - 1 / classes), formula: `½·(1 − 1/${classes})` }
      : { loss: 0.5, formula: '½' },
};

/**
 * Checks a network's loss before training (CS231n's assignment): with small weights it is that of a guess within 2%, and it rises with the
 * regularisation term. On the first training images, normalised as the spec says.
 */
export function checkFirstLoss(
  spec: ResolvedRunSpec,
  dataset: Dataset,
  kernels: Kernels,
  plugins = NO_PLUGINS,
): Finding {
  const { network, labelSmoothing } = spec;
  const kinds = plugins.layers;
  const affordable = Math.floor(
    MOST_MULTIPLY_ADDS / Math.max(1, describeNetwork(network, { kinds }).multiplyAdds),
  );
  const images = Math.min(MOST_IMAGES, dataset.train.count, Math.max(LEAST_IMAGES, affordable));
  const batch = takeBatch(spec, dataset, images, kernels);
  const objective = new Objective({ network, labelSmoothing, kernels, kinds, double: false }, batch);
  objective.weights.set(drawSmallWeights(objective.plan));
  const loss = objective.computeLoss();
  const decay = penaltyOf(spec, plugins.optimizers) || WEIGHT_DECAY;
  const regularized = loss + computeRegularization(objective.plan, objective, decay);
  const expected = expectLoss(objective.plan, batch);
  const isNear = Math.abs(loss - expected.loss) <= TOLERANCE * expected.loss;
  return {
    check: 'first loss',
    passed: isNear && regularized > loss,
    finding:
      `${loss.toFixed(4)}, expected ${expected.formula} = ${expected.loss.toFixed(4)} within ${100 * TOLERANCE}%; ` +
      `${describeRise(regularized - loss)} with weight decay ${decay}; gaussian weights of deviation ${SMALL_DEVIATION}`,
  };
}

/** Of an untrained network, with those of its heads. */
function expectLoss(plan: NetworkPlan, { images, targets }: MiniBatch): { loss: number; formula: string } {
  const classes = countClasses(plan);
  const terms = plan.losses.map(({ kind, weight, from }) => {
    const last = plan.steps.find(({ name }) => name === from)?.config.kind;
    if (targets === undefined) return { ...UNTRAINED[kind]!(classes, last), weight };
    const output = last === 'softmax' ? 1 / classes : 0;
    const squares = targets.reduce((sum, target) => sum + (target - output) ** 2, 0);
    const formula = output === 0 ? '½·mean ‖t‖²' : `½·mean ‖t − 1/${classes}‖²`;
    return { loss: squares / (2 * images), formula, weight };
  });
  return {
    loss: terms.reduce((sum, { loss, weight }) => sum + weight * loss, 0),
    formula: terms
      .map(({ formula, weight }) => (weight === 1 ? formula : `${weight}·${formula}`))
      .join(' + '),
  };
}

function describeRise(rise: number): string {
  return rise > 0 ? `rises by ${rise.toExponential(0)}` : 'does not rise';
}

function takeBatch(
  spec: ResolvedRunSpec,
  { train, shape }: Dataset,
  images: number,
  kernels: Kernels,
): MiniBatch {
  const samples = Int32Array.from({ length: images }, (_, i) => i);
  const { mean, scale } = computeNormalization(
    spec.normalization,
    { images: train, shape, samples },
    kernels,
  );
  const size = sizeOf(shape);
  return {
    images,
    inputs: Float64Array.from(
      { length: images * size },
      (_, i) => (train.pixels[i]! - mean[i % size]!) * scale[i % size]!,
    ),
    labels: train.labels.slice(0, images),
    ...(train.targets && {
      targets: Float64Array.from(train.targets.subarray(0, (images * train.targets.length) / train.count)),
    }),
  };
}
