/**
 * The network of "94% on CIFAR-10 in 3.29 seconds on a single GPU" (Jordan 2024, arXiv 2404.00498, airbench94): a frozen convolution that
 * whitens 2×2 patches, then three groups of two convolutions that begin as the identity where they can. And as his later recipe with Muon has it
 * (github.com/KellerJordan/cifar10-airbench, airbench94_muon.py).
 */
import { defineModel, type LayerDraft, type Model } from './model.js';
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
/** With Muon, of the head's learning rate to that of the biases; its decay in a step is theirs. */
const HEAD_FACTOR = 0.67 / 0.053;

const GELU: LayerDraft = { kind: 'gelu' };
/** Momentum 0.6 of the running statistics, as Keras counts it. */
const NORMALIZATION: LayerDraft = {
  kind: 'batch-normalization',
  epsilon: 1e-12,
  momentum: 0.4,
  scale: false,
};

/** Where the forms of the network differ. */
interface Form {
  /** Of the whitening layer. */
  readonly bias: Readonly<Record<string, unknown>>;
  /** Of each shift. */
  readonly shift: Readonly<Record<string, unknown>>;
  readonly head: Readonly<Record<string, unknown>>;
  /** What the logits of a head with so many inputs are divided by. */
  temperature(inputs: number): number;
}

const FORM: Form = {
  bias: { biasEpochs: WHITENING_BIAS_EPOCHS },
  shift: { shiftLearningRate: SHIFT_FACTOR, shiftWeightDecay: 1 / SHIFT_FACTOR },
  head: { initializer: 'pytorch' },
  temperature: () => TEMPERATURE,
};

const MUON_FORM: Form = {
  bias: { biasInitializer: 'pytorch', biasFallEpochs: WHITENING_BIAS_EPOCHS },
  shift: {},
  head: {
    // Of deviation 1.
    initializer: { kind: 'uniform', limit: Math.sqrt(3) },
    kernelLearningRate: HEAD_FACTOR,
    kernelWeightDecay: 1 / HEAD_FACTOR,
  },
  temperature: (inputs) => inputs,
};

export const AIRBENCH94_MODELS = {
  airbench94: define("the network of Jordan's 94% recipe for CIFAR-10", FORM),
  'airbench94-muon': define('the same network as the recipe with Muon has it', MUON_FORM),
};

function define(title: string, { bias, shift, head, temperature }: Form): Model {
  return defineModel(
    title,
    { width: MODEL_OPTIONS.width.default(1), classes: MODEL_OPTIONS.classes.default(10) },
    ({ width, classes }) => {
      const filters = FILTERS.map(scaleBy(width));
      return {
        input: [32, 32, 3],
        layers: [
          {
            kind: 'convolution',
            name: 'whitening',
            kernel: 2,
            filters: WHITENING_FILTERS,
            initializer: 'whitening',
            kernelLearningRate: 0,
            ...bias,
          },
          GELU,
          ...filters.flatMap((count) => buildGroup(count, { ...NORMALIZATION, ...shift })),
          { kind: 'max-pooling', kernel: 3 },
          { kind: 'fully-connected', units: classes, bias: false, ...head },
          { kind: 'multiply', factor: 1 / temperature(filters.at(-1)!) },
        ],
      };
    },
  );
}

function buildGroup(filters: number, normalization: LayerDraft): LayerDraft[] {
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
    normalization,
    GELU,
    convolution,
    normalization,
    GELU,
  ];
}
