import { mnist } from '../../dataset/mnist.js';
import type { WrittenLayer } from '../../network/written-layer.js';
import type { RunSpec } from '../../run/spec.js';
import type { Preset } from './preset.js';

/**
 * What exercises 15.1 to 15.4 of the textbook's chapter 15 ask of papers, made visible on the first digits of MNIST: docs/exercises.md has the
 * answers and the figures.
 */
const BASE = { dataset: mnist.name, trainFirst: 1, batchSize: 50, momentum: 0.9, weightDecay: 0 } as const;

const SEEDS = [0, 1, 2];

const RELU: WrittenLayer = { kind: 'relu' };
const NORMALIZATION: WrittenLayer = { kind: 'batch-normalization' };
const POOLING: WrittenLayer = { kind: 'max-pooling', kernel: 2 };

const convolve = (kernel: number, filters: number, padding: number | 'same' = 'same'): WrittenLayer => ({
  kind: 'convolution',
  kernel,
  filters,
  padding,
});
const connect = (units: number): WrittenLayer => ({ kind: 'fully-connected', units });

/** A network of digits, by the name that tables have for it. */
const makeNetwork = (name: string, layers: readonly WrittenLayer[]): RunSpec => ({
  network: { name, input: [28, 28, 1], layers: [...layers, connect(10)] },
});

const DROPOUT: Preset = {
  name: '15.1',
  title: 'Dropout, where there are few examples',
  base: { ...BASE, trainCount: 1000, epochs: 40, learningRate: 0.01 },
  grid: { seed: SEEDS },
  points: [0, 0.5].map((rate) =>
    makeNetwork(rate === 0 ? 'without dropout' : 'with dropout', [
      convolve(5, 20, 0),
      POOLING,
      convolve(5, 50, 0),
      POOLING,
      connect(500),
      RELU,
      ...(rate === 0 ? [] : [{ kind: 'dropout' as const, rate }]),
    ]),
  ),
};

/** The convolutions between two poolings, of one field: by kernels of 3×3 there are more layers, and fewer weights. */
const makeFieldOfSeven = (name: string, kernel: number, depth: number) =>
  makeNetwork(name, [
    convolve(3, 16),
    RELU,
    POOLING,
    ...Array.from({ length: depth }, () => [convolve(kernel, 16), RELU]).flat(),
    POOLING,
  ]);

const SMALL_KERNELS: Preset = {
  name: '15.2',
  title: 'Three convolutions 3×3 in the place of one 7×7',
  base: { ...BASE, trainCount: 2000, epochs: 20, learningRate: 0.01 },
  grid: { seed: SEEDS },
  points: [makeFieldOfSeven('one 7×7', 7, 1), makeFieldOfSeven('three 3×3', 3, 3)],
};

const BATCH_NORMALIZATION: Preset = {
  name: '15.3',
  title: 'Batch normalisation inside convolutional layers, and the learning rates that it bears',
  base: { ...BASE, trainCount: 2000, epochs: 5 },
  grid: { learningRate: [0.001, 0.01, 0.1, 1] },
  points: [false, true].map((normalizes) =>
    makeNetwork(
      normalizes ? 'with normalisation' : 'without',
      [16, 16, 32, 32].flatMap((filters, i) => [
        convolve(3, filters),
        ...(normalizes ? [NORMALIZATION] : []),
        RELU,
        ...(i % 2 === 1 ? [POOLING] : []),
      ]),
    ),
  ),
};

/** Of so many convolutions 3×3 on maps of half the digits' size, with batch normalisation; `joins`: each two are a residual's body. */
const makeDeepNetwork = (depth: number, joins: boolean) => {
  const normalize = (stride: number): WrittenLayer[] => [
    { kind: 'convolution', kernel: 3, filters: 8, padding: 'same', stride, bias: false },
    NORMALIZATION,
  ];
  const body = [...normalize(1), RELU, ...normalize(1)];
  const block: WrittenLayer[] = joins ? [{ kind: 'residual', body }] : body;
  return makeNetwork(`${joins ? 'residual' : 'plain'}, ${depth} layers`, [
    ...normalize(2),
    RELU,
    ...Array.from({ length: (depth - 2) / 2 }, () => [...block, RELU]).flat(),
    { kind: 'average-pooling', kernel: 'global' },
  ]);
};

const RESIDUALS: Preset = {
  name: '15.4',
  title: 'Residuals, where there are many layers',
  base: { ...BASE, trainCount: 2000, epochs: 5, learningRate: 0.05 },
  points: [8, 32, 82].flatMap((depth) => [false, true].map((joins) => makeDeepNetwork(depth, joins))),
};

export const EXERCISES_15_1_TO_15_4: readonly Preset[] = [
  DROPOUT,
  SMALL_KERNELS,
  BATCH_NORMALIZATION,
  RESIDUALS,
];
