/**
 * The networks of exercise 15.6, for 28×28×1 digits. All convolutions have stride 1 and no padding, all pooling is 2×2 max with
 * stride 2; weights start gaussian with deviation 0.01, biases at zero, as in MatConvNet's MNIST example.
 */
import type { z } from 'zod';
import { defineModel, type LayerDraft, type ModelDraft } from './model.js';
import { MODEL_OPTIONS, scaleBy } from './options.js';

const OPTIONS = {
  width: MODEL_OPTIONS.width.default(1),
  activation: MODEL_OPTIONS.activation.default('relu'),
  /** Of a dropout layer after the classification layer. */
  dropout: MODEL_OPTIONS.dropout.default(0),
  classes: MODEL_OPTIONS.classes.default(10),
};

type Options = { readonly [Name in keyof typeof OPTIONS]: z.output<(typeof OPTIONS)[Name]> };

const LATER = ['classes'] as const;
const INPUT = [28, 28, 1] as const;
const POOL: LayerDraft = { kind: 'max-pooling', kernel: 2 };

export const MNIST_MODELS = {
  BASE: defineModel('three convolutions and a classifier (exercise 15.6)', OPTIONS, buildBase, LATER),
  BN: defineModel('BASE with batch normalisation (exercise 15.6)', OPTIONS, buildBn, LATER),
  SK: defineModel('BN with small kernels; SK-s has width s (exercise 15.6)', OPTIONS, buildSk, LATER),
};

/** Three convolutions, two of them pooled, and a classifier. */
function buildBase(options: Options): ModelDraft {
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
function buildBn(options: Options): ModelDraft {
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
function buildSk(options: Options): ModelDraft {
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

function classify({ dropout, classes }: Options): LayerDraft[] {
  const classifier = convolve(1, classes);
  return dropout > 0 ? [classifier, { kind: 'dropout', rate: dropout }] : [classifier];
}
