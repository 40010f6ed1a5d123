/**
 * The networks of exercise 15.6 (seed 004), for 28×28×1 digits. All convolutions have stride 1 and no padding, all pooling is 2×2 max with
 * stride 2; weights start gaussian with deviation 0.01, biases at zero, as in MatConvNet's MNIST example.
 */
import type { ModelDraft, ModelOptions } from './model.js';

type LayerDraft = ModelDraft['layers'][number];

const CLASSES = 10;
const INPUT = [28, 28, 1] as const;
const POOL: LayerDraft = { kind: 'max-pooling', kernel: 2 };

/** Three convolutions, two of them pooled, and a classifier. */
export function buildBase(options: ModelOptions): ModelDraft {
  const channels = scaleBy(options.width);
  return {
    input: INPUT,
    layers: [
      convolve(5, channels(20)),
      POOL,
      convolve(5, channels(50)),
      POOL,
      convolve(4, channels(500)),
      { kind: options.activation },
      ...classify(options),
    ],
  };
}

/** BASE with batch normalisation after each of the first three convolutions, whose own bias goes. */
export function buildBn(options: ModelOptions): ModelDraft {
  const channels = scaleBy(options.width);
  return {
    input: INPUT,
    layers: [
      ...convolveAndNormalize(5, channels(20)),
      POOL,
      ...convolveAndNormalize(5, channels(50)),
      POOL,
      ...convolveAndNormalize(4, channels(500)),
      { kind: options.activation },
      ...classify(options),
    ],
  };
}

/** BN with each 5×5 convolution replaced by two of 3×3, every one followed by batch normalisation and activation. */
export function buildSk(options: ModelOptions): ModelDraft {
  const channels = scaleBy(options.width);
  const block = (kernel: number, filters: number): LayerDraft[] => [
    ...convolveAndNormalize(kernel, channels(filters)),
    { kind: options.activation },
  ];
  return {
    input: INPUT,
    layers: [
      ...block(3, 20),
      ...block(3, 20),
      POOL,
      ...block(3, 50),
      ...block(3, 50),
      POOL,
      ...block(4, 500),
      ...classify(options),
    ],
  };
}

function convolve(kernel: number, filters: number, bias = true): LayerDraft {
  return { kind: 'convolution', kernel, filters, bias, initializer: { kind: 'gaussian', std: 0.01 } };
}

function convolveAndNormalize(kernel: number, filters: number): LayerDraft[] {
  return [
    convolve(kernel, filters, false),
    { kind: 'batch-normalization', epsilon: 1e-4, momentum: 0.05, weightDecay: 0 },
  ];
}

function classify({ dropout }: ModelOptions): LayerDraft[] {
  const classifier = convolve(1, CLASSES);
  return dropout > 0 ? [classifier, { kind: 'dropout', rate: dropout }] : [classifier];
}

function scaleBy(width: number): (channels: number) => number {
  return (channels) => Math.max(1, Math.round(channels * width));
}
