import { mnist } from '../../dataset/mnist.js';
import { listPoints, type Preset } from './preset.js';

/**
 * Exercise 15.6 of the textbook's chapter 15, parts b to j. What a part does not say is as in part c: the first
 * 10,000 training examples, 20 epochs, seed 0, and the optimizer of MatConvNet's MNIST example.
 */
const BASE = {
  dataset: mnist.name,
  trainFirst: 1,
  trainCount: 10_000,
  testCount: 10_000,
  epochs: 20,
  batchSize: 100,
  learningRate: 0.001,
  momentum: 0.9,
  weightDecay: 0.0005,
  seed: 0,
} as const;

const SK_02 = { ...BASE, model: 'SK', width: 0.2 } as const;

/** What all of it is about. */
export const EXERCISE_15_6_DATASET = BASE.dataset;

/** Each part by itself. */
export const EXERCISE_15_6_PARTS: readonly Preset[] = [
  { name: '15.6b', title: 'The baseline network', base: { ...BASE, model: 'BASE' } },
  {
    name: '15.6c',
    title: 'Batch normalisation after the first three convolutions',
    base: { ...BASE, model: 'BN' },
  },
  {
    name: '15.6d',
    title: 'Dropout after the classification layer',
    base: { ...BASE, dropout: 0.5 },
    grid: { model: ['BASE', 'BN'] },
  },
  {
    name: '15.6e',
    title: 'Small kernels: two 3x3 in place of one 5x5',
    base: { ...BASE, model: 'SK', width: 1 },
  },
  {
    name: '15.6f',
    title: 'The number of channels',
    base: { ...BASE, model: 'SK' },
    grid: { width: [2, 1.5, 1, 0.5, 0.2] },
  },
  {
    name: '15.6g',
    title: 'The size of the training set',
    base: SK_02,
    grid: { trainCount: [500, 1000, 2000, 5000, 10_000, 20_000, 60_000] },
  },
  {
    name: '15.6h',
    title: 'Other training sets of the same size',
    base: SK_02,
    grid: { trainFirst: [1, 10_001, 20_001, 30_001, 40_001, 50_001] },
  },
  {
    name: '15.6i',
    title: 'Randomness: other seeds',
    base: SK_02,
    grid: { seed: [1, 12, 123, 1234, 12_345, 123_456] },
  },
  { name: '15.6j', title: 'Sigmoid in place of ReLU', base: { ...SK_02, activation: 'sigmoid' } },
];

/** All parts. What is a point of several of them is one run. */
export const EXERCISE_15_6: Preset = {
  name: '15.6',
  title: 'The whole exercise: parts b to j',
  base: {},
  points: EXERCISE_15_6_PARTS.flatMap(listPoints),
};
