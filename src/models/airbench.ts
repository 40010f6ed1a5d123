/**
 * The networks of "94% on CIFAR-10 in 3.29 seconds on a single GPU" (Jordan 2024, arXiv 2404.00498): a frozen convolution that whitens 2×2 patches,
 * then three groups of convolutions that begin as the identity where they can. airbench94 is the paper's; the others are those of the same author's
 * later recipes with Muon and for 96% (github.com/KellerJordan/cifar10-airbench, airbench94_muon.py and airbench96_faster.py).
 */
import { defineModel, type LayerDraft, type Model } from './model.js';
import { MODEL_OPTIONS, scaleBy } from './options.js';

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

/** Where the forms of the network differ. */
interface Form {
  /** Of each group's convolutions. */
  readonly filters: readonly number[];
  /** Whether a group has a third convolution, and what goes into the second one is added to what the third one makes. */
  readonly residual: boolean;
  /** Of the running statistics, as Keras counts it. */
  readonly momentum: number;
  /** Of the whitening layer. */
  readonly bias: Readonly<Record<string, unknown>>;
  /** Of each shift. */
  readonly shift: Readonly<Record<string, unknown>>;
  readonly head: Readonly<Record<string, unknown>>;
  /** What the logits of a head with so many inputs are divided by. */
  temperature(inputs: number): number;
}

const FORM: Form = {
  filters: [64, 256, 256],
  residual: false,
  momentum: 0.4,
  bias: { biasEpochs: WHITENING_BIAS_EPOCHS },
  shift: { shiftLearningRate: SHIFT_FACTOR, shiftWeightDecay: 1 / SHIFT_FACTOR },
  head: { initializer: 'pytorch' },
  temperature: () => TEMPERATURE,
};

const MUON_FORM: Form = {
  ...FORM,
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

const WIDE_FORM: Form = { ...FORM, filters: [128, 384, 512], residual: true, momentum: 0.9 };

export const AIRBENCH_MODELS = {
  airbench94: define("the network of Jordan's 94% recipe for CIFAR-10", FORM),
  'airbench94-muon': define('the same network as the recipe with Muon has it', MUON_FORM),
  airbench96: define("the network of Jordan's 96% recipe for CIFAR-10", WIDE_FORM),
};

function define(title: string, form: Form): Model {
  return defineModel(
    title,
    { width: MODEL_OPTIONS.width.default(1), classes: MODEL_OPTIONS.classes.default(10) },
    ({ width, classes }) => {
      const filters = form.filters.map(scaleBy(width));
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
            ...form.bias,
          },
          GELU,
          ...filters.flatMap((count) => buildGroup(count, form)),
          { kind: 'max-pooling', kernel: 3 },
          { kind: 'fully-connected', units: classes, bias: false, ...form.head },
          { kind: 'multiply', factor: 1 / form.temperature(filters.at(-1)!) },
        ],
      };
    },
  );
}

function buildGroup(filters: number, { residual, momentum, shift }: Form): LayerDraft[] {
  const convolution: LayerDraft = {
    kind: 'convolution',
    kernel: 3,
    padding: 1,
    filters,
    bias: false,
    initializer: { kind: 'dirac', rest: 'pytorch' },
  };
  const normalization: LayerDraft = {
    kind: 'batch-normalization',
    epsilon: 1e-12,
    momentum,
    scale: false,
    ...shift,
  };
  const second = [convolution, normalization];
  return [
    convolution,
    { kind: 'max-pooling', kernel: 2 },
    normalization,
    GELU,
    ...(residual ? [{ kind: 'residual', body: [...second, GELU, ...second] }] : second),
    GELU,
  ];
}
