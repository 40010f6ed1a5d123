/**
 * The network of "94% on CIFAR-10 in 3.29 seconds on a single GPU" (Jordan 2024, arXiv 2404.00498, airbench94): a frozen convolution that
 * whitens 2×2 patches, then three groups of two convolutions that begin as the identity where they can.
 */
import { defineModel, type LayerDraft } from './model.js';
import { MODEL_OPTIONS, scaleBy } from './options.js';

/** Filters of each group's convolutions. */
const FILTERS = [64, 256, 256] as const;
/** Both signs of each of the 12 numbers of a patch. */
const WHITENING_FILTERS = 24;
/** The whitening layer's bias is trained for so many epochs. */
const WHITENING_BIAS_EPOCHS = 3;
/** Of the shifts' learning rate; their decay in a step is that of the other parameters. */
const SHIFT_FACTOR = 64;
/** The logits are divided by it. */
const TEMPERATURE = 9;

const GELU: LayerDraft = { kind: 'gelu' };
/** Momentum 0.6 of the running statistics, as Keras counts it. */
const NORMALIZATION: LayerDraft = {
  kind: 'batch-normalization',
  epsilon: 1e-12,
  momentum: 0.4,
  scale: false,
  shiftLearningRate: SHIFT_FACTOR,
  shiftWeightDecay: 1 / SHIFT_FACTOR,
};

export const AIRBENCH94_MODELS = {
  airbench94: defineModel(
    "the network of Jordan's 94% recipe for CIFAR-10",
    { width: MODEL_OPTIONS.width.default(1), classes: MODEL_OPTIONS.classes.default(10) },
    ({ width, classes }) => ({
      input: [32, 32, 3],
      layers: [
        {
          kind: 'convolution',
          name: 'whitening',
          kernel: 2,
          filters: WHITENING_FILTERS,
          initializer: 'whitening',
          kernelLearningRate: 0,
          biasEpochs: WHITENING_BIAS_EPOCHS,
        },
        GELU,
        ...FILTERS.map(scaleBy(width)).flatMap(buildGroup),
        { kind: 'max-pooling', kernel: 3 },
        { kind: 'fully-connected', units: classes, bias: false, initializer: 'pytorch' },
        { kind: 'multiply', factor: 1 / TEMPERATURE },
      ],
    }),
  ),
};

function buildGroup(filters: number): LayerDraft[] {
  const convolution: LayerDraft = {
    kind: 'convolution',
    kernel: 3,
    padding: 1,
    filters,
    bias: false,
    initializer: { kind: 'dirac', rest: 'pytorch' },
  };
  return [
    convolution,
    { kind: 'max-pooling', kernel: 2 },
    NORMALIZATION,
    GELU,
    convolution,
    NORMALIZATION,
    GELU,
  ];
}
