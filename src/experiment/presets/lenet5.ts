import { mnist } from '../../dataset/mnist.js';
import type { Preset } from './preset.js';

/**
 * LeNet-5 on all digits of MNIST, where the tutorial quotes a test error of 0.8%: as published, and in its modern form. Learning rates and weight
 * decay were chosen on the last 10,000 training digits, kept out for that; here they are trained on as well.
 */
export const LENET5: Preset = {
  name: 'lenet5',
  title: 'LeNet-5 on all 60,000 digits, three seeds',
  base: {
    dataset: mnist.name,
    trainCount: 60_000,
    testCount: 10_000,
    normalization: 'per-channel',
    epochs: 20,
    batchSize: 64,
    momentum: 0.9,
    nesterov: true,
    weightDecay: 0.0005,
  },
  points: [
    { model: 'lenet5', learningRate: { kind: 'cosine', rate: 0.1, final: 0, warmupEpochs: 1 } },
    { model: 'lenet5-modern', learningRate: { kind: 'cosine', rate: 0.05, final: 0, warmupEpochs: 1 } },
  ],
  grid: { seed: [0, 1, 2] },
};
