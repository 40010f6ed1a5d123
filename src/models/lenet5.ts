/**
 * LeNet-5 (LeCun, Bottou, Bengio and Haffner, Proceedings of the IEEE 1998): as published, and in the form that most programs have now.
 * Both take 28×28 digits and pad them to the paper's 32×32 in the first convolution.
 */
import { defineModel, type LayerDraft } from './model.js';
import { MODEL_OPTIONS, scaleBy } from './options.js';

/** Table I of the paper: the maps of S2 that each map of C3 sees. */
const C3_CONNECTIONS = [
  [0, 1, 2],
  [1, 2, 3],
  [2, 3, 4],
  [3, 4, 5],
  [0, 4, 5],
  [0, 1, 5],
  [0, 1, 2, 3],
  [1, 2, 3, 4],
  [2, 3, 4, 5],
  [0, 3, 4, 5],
  [0, 1, 4, 5],
  [0, 1, 2, 5],
  [0, 1, 3, 4],
  [1, 2, 4, 5],
  [0, 2, 3, 5],
  [0, 1, 2, 3, 4, 5],
];

const INPUT = [28, 28, 1] as const;

export const LENET5_MODELS = {
  lenet5: defineModel(
    'LeNet-5 as published: trainable subsampling, connection table, tanh',
    { classes: MODEL_OPTIONS.classes.default(10) },
    ({ classes }) => ({ input: INPUT, layers: buildPublished(classes) }),
  ),
  'lenet5-modern': defineModel(
    'LeNet-5 with max pooling, ReLU and dense convolutions',
    {
      width: MODEL_OPTIONS.width.default(1),
      activation: MODEL_OPTIONS.activation.default('relu'),
      classes: MODEL_OPTIONS.classes.default(10),
      dropout: MODEL_OPTIONS.dropout.default(0),
    },
    ({ width, activation, classes, dropout }) => {
      const channels = scaleBy(width);
      const convolve = (filters: number, padding: number): LayerDraft[] => [
        { kind: 'convolution', kernel: 5, padding, filters: channels(filters) },
        { kind: activation },
        { kind: 'max-pooling', kernel: 2 },
      ];
      const connect = (units: number): LayerDraft[] => [
        { kind: 'fully-connected', units: channels(units) },
        { kind: activation },
        ...(dropout > 0 ? [{ kind: 'dropout', rate: dropout }] : []),
      ];
      return {
        input: INPUT,
        layers: [
          ...convolve(6, 2),
          ...convolve(16, 0),
          ...connect(120),
          ...connect(84),
          { kind: 'fully-connected', units: classes, initializer: 'glorot' },
        ],
      };
    },
  ),
};

/**
 * The paper's layers by their names. Of the paper's squashing function, 1.7159 tanh(2x/3), this is plain tanh: the factors can be taken
 * into the weights. The output layer, which is fixed in the paper (distances to drawings of the digits), is fully connected here.
 */
function buildPublished(classes: number): LayerDraft[] {
  const tanh = { kind: 'tanh' };
  const convolve = (name: string, fields: object): LayerDraft[] => [
    { kind: 'convolution', name, kernel: 5, initializer: 'glorot', ...fields },
    tanh,
  ];
  const subsample = (name: string): LayerDraft[] => [
    { kind: 'trainable-pooling', name, kernel: 2, down: 'sum' },
    tanh,
  ];
  return [
    ...convolve('C1', { filters: 6, padding: 2 }),
    ...subsample('S2'),
    ...convolve('C3', { filters: 16, connections: C3_CONNECTIONS }),
    ...subsample('S4'),
    ...convolve('C5', { filters: 120 }),
    { kind: 'fully-connected', name: 'F6', units: 84, initializer: 'glorot' },
    tanh,
    { kind: 'fully-connected', name: 'output', units: classes, initializer: 'glorot' },
  ];
}
