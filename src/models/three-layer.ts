/** The three-layer network of CS231n's second assignment: conv, relu, 2×2 max pool, affine, relu, affine. */
import { defineModel, type LayerDraft } from './model.js';
import { MODEL_OPTIONS, scaleBy } from './options.js';

const KERNEL = 7;
const FILTERS = 32;
const HIDDEN = 100;
const INITIALIZER = { kind: 'gaussian', std: 0.001 };

export const THREE_LAYER_MODELS = {
  'three-layer': defineModel(
    'the three-layer ConvNet of CS231n, for CIFAR-10',
    {
      width: MODEL_OPTIONS.width.default(1),
      classes: MODEL_OPTIONS.classes.default(10),
      inputSize: MODEL_OPTIONS.inputSize.default(32),
    },
    ({ width, classes, inputSize }) => {
      const channels = scaleBy(width);
      const connect = (units: number): LayerDraft => ({
        kind: 'fully-connected',
        units,
        initializer: INITIALIZER,
      });
      return {
        input: [inputSize, inputSize, 3],
        layers: [
          {
            kind: 'convolution',
            kernel: KERNEL,
            padding: 'same',
            filters: channels(FILTERS),
            initializer: INITIALIZER,
          },
          { kind: 'relu' },
          { kind: 'max-pooling', kernel: 2 },
          connect(channels(HIDDEN)),
          { kind: 'relu' },
          connect(classes),
        ],
      };
    },
  ),
};
