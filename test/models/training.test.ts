import { describe, expect, it } from 'vitest';
import type { RunSpec } from '../../src/run/spec.js';
import { train } from '../../src/train.js';
import { openPool } from '../helpers/open-pool.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

const pool = openPool(1);

const IMAGES = { train: 40, test: 10 };
const digits = makeTinyDataset(IMAGES);
const pictures = makeTinyDataset({ ...IMAGES, shape: { height: 32, width: 32, channels: 3 } });

/** Narrow, where the published widths would take seconds. */
const ON_DIGITS: readonly RunSpec[] = [
  { model: 'lenet5', learningRate: 0.05 },
  { model: 'lenet5-modern', learningRate: 0.02, dropout: 0.1 },
  { model: 'BASE', learningRate: 0.001, normalization: 'mean-image' },
  { model: 'BN', learningRate: 0.01 },
  { model: 'SK', learningRate: 0.01, width: 0.5 },
];
const ON_PICTURES: readonly RunSpec[] = [
  { model: 'three-layer', learningRate: 0.1 },
  { model: 'cifar-quick', learningRate: 0.05 },
  { model: 'vgg11-cifar', learningRate: 0.02, width: 0.25 },
  { model: 'vgg13-cifar', learningRate: 0.02, width: 0.25, dropout: 0.1 },
  { model: 'vgg16-cifar', learningRate: 0.02, width: 0.25 },
  { model: 'vgg19-cifar', learningRate: 0.02, width: 0.125 },
  { model: 'vgg11', learningRate: 0.05, width: 0.125, inputSize: 32, classes: 10, dropout: 0, epochs: 8 },
  { model: 'resnet20', learningRate: 0.1, width: 0.5 },
  { model: 'resnet20', learningRate: 0.02, width: 0.5, shortcut: 'B' },
  { model: 'resnet56', learningRate: 0.1, width: 0.25 },
  { model: 'resnet18', learningRate: 0.02, width: 0.125, inputSize: 32, classes: 10 },
  { model: 'resnet50', learningRate: 0.02, width: 0.0625, inputSize: 32, classes: 10 },
  { model: 'mobilenet-v2-cifar', learningRate: 0.02, width: 0.125 },
  { model: 'googlenet', learningRate: 0.02, width: 0.25, inputSize: 32, classes: 10, batchNorm: true },
];

describe('a small named network', () => {
  const learns = async (spec: RunSpec, dataset: typeof digits) => {
    const { epochs } = await train(
      { batchSize: 10, epochs: 4, normalization: 'per-channel', ...spec },
      { dataset, pool, workers: 1 },
    );
    expect(epochs.at(-1)!.trainLoss).toBeLessThan(0.98 * epochs[0]!.trainLoss);
  };

  it.each(ON_DIGITS)('learns digits: %j', (spec) => learns(spec, digits));
  it.each(ON_PICTURES)('learns pictures: %j', (spec) => learns(spec, pictures));
});
