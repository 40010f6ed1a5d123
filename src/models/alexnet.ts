/**
 * AlexNet (Krizhevsky, Sutskever and Hinton, NIPS 2012) as BVLC's Caffe has it: two groups in the second, fourth and fifth convolution, which
 * the paper's two GPUs were, and 227×227 images. Local response normalisation, with the paper's numbers, is an option (docs/networks.md). Weights
 * start gaussian; biases learn at twice the rate and do not decay.
 */
import { defineModel, type LayerDraft } from './model.js';
import { MODEL_OPTIONS } from './options.js';

const POOL: LayerDraft = { kind: 'max-pooling', kernel: 3, stride: 2 };

/** Behind the first two convolutions. The paper's α of 1e-4 is not divided by the number of neighbours. */
const RESPONSE_NORM: LayerDraft = {
  kind: 'local-response-normalization',
  size: 5,
  alpha: 5e-4,
  beta: 0.75,
  k: 2,
};

/** Half of the channels lie in each group. */
const GROUPS = 2;

interface Learned {
  readonly std: number;
  readonly bias: number;
}

export const ALEXNET_MODELS = {
  alexnet: defineModel(
    'AlexNet with two groups (BVLC), for ImageNet',
    {
      width: MODEL_OPTIONS.width.default(1),
      classes: MODEL_OPTIONS.classes.default(1000),
      inputSize: MODEL_OPTIONS.inputSize.default(227),
      dropout: MODEL_OPTIONS.dropout.default(0.5),
      responseNorm: MODEL_OPTIONS.responseNorm.default(false),
    },
    ({ width, classes, inputSize, dropout, responseNorm }) => {
      const normalize = responseNorm ? [RESPONSE_NORM] : [];
      const channels = (count: number) => GROUPS * Math.max(1, Math.round((count * width) / GROUPS));
      const hidden: LayerDraft[] = [
        connect(channels(4096), { std: 0.005, bias: 0.1 }),
        { kind: 'relu' },
        ...(dropout > 0 ? [{ kind: 'dropout', rate: dropout }] : []),
      ];
      return {
        input: [inputSize, inputSize, 3],
        layers: [
          convolve({ kernel: 11, stride: 4, filters: channels(96) }, 0),
          { kind: 'relu' },
          ...normalize,
          POOL,
          convolve({ kernel: 5, padding: 2, filters: channels(256), groups: GROUPS }, 0.1),
          { kind: 'relu' },
          ...normalize,
          POOL,
          convolve({ kernel: 3, padding: 1, filters: channels(384) }, 0),
          { kind: 'relu' },
          convolve({ kernel: 3, padding: 1, filters: channels(384), groups: GROUPS }, 0.1),
          { kind: 'relu' },
          convolve({ kernel: 3, padding: 1, filters: channels(256), groups: GROUPS }, 0.1),
          { kind: 'relu' },
          POOL,
          ...hidden,
          ...hidden,
          connect(classes, { std: 0.01, bias: 0 }),
        ],
      };
    },
  ),
};

function convolve(fields: Readonly<Record<string, number>>, bias: number): LayerDraft {
  return { kind: 'convolution', ...fields, ...learn({ std: 0.01, bias }) };
}

function connect(units: number, learned: Learned): LayerDraft {
  return { kind: 'fully-connected', units, ...learn(learned) };
}

function learn({ std, bias }: Learned) {
  return {
    initializer: { kind: 'gaussian', std },
    biasInitializer: { kind: 'constant', value: bias },
    biasLearningRate: 2,
    biasWeightDecay: 0,
  };
}
