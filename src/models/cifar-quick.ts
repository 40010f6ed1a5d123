/**
 * MatConvNet's network for CIFAR-10 (cnn_cifar_init.m), after Caffe's cifar10_quick. Its pooling windows of 3×3 with stride 2 reach one row
 * below the map and one column to the right of it; means are over the elements inside. Rates are factors on MatConvNet's: 0.1 for
 * kernels, 2 for biases, a tenth of those in the last layer.
 */
import { defineModel, type LayerDraft } from './model.js';
import { MODEL_OPTIONS, scaleBy } from './options.js';

const POOLING = { kernel: 3, stride: 2, padding: [0, 1, 0, 1] };
const MAX_POOL: LayerDraft = { kind: 'max-pooling', ...POOLING };
const MEAN_POOL: LayerDraft = { kind: 'average-pooling', ...POOLING };
const RELU: LayerDraft = { kind: 'relu' };

export const CIFAR_QUICK_MODELS = {
  'cifar-quick': defineModel(
    "MatConvNet's and Caffe's quick network for CIFAR-10",
    { width: MODEL_OPTIONS.width.default(1), classes: MODEL_OPTIONS.classes.default(10) },
    ({ width, classes }) => {
      const channels = scaleBy(width);
      return {
        input: [32, 32, 3],
        layers: [
          convolve({ kernel: 5, padding: 2, filters: channels(32), std: 0.01 }),
          MAX_POOL,
          RELU,
          convolve({ kernel: 5, padding: 2, filters: channels(32) }),
          RELU,
          MEAN_POOL,
          convolve({ kernel: 5, padding: 2, filters: channels(64) }),
          RELU,
          MEAN_POOL,
          convolve({ kernel: 4, padding: 0, filters: channels(64) }),
          RELU,
          convolve({ kernel: 1, padding: 0, filters: classes, rate: 0.1 }),
        ],
      };
    },
  ),
};

function convolve({
  std = 0.05,
  rate = 1,
  ...fields
}: {
  kernel: number;
  padding: number;
  filters: number;
  /** Of the first weights. */
  std?: number;
  /** A factor on the rates of both. */
  rate?: number;
}): LayerDraft {
  return {
    kind: 'convolution',
    ...fields,
    initializer: { kind: 'gaussian', std },
    kernelLearningRate: 0.1 * rate,
    biasLearningRate: 2 * rate,
  };
}
