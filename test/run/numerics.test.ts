import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { availableKernelNames, KERNELS_VARIABLE, UNFUSED_NAMES } from '../../src/kernels/select.js';
import { WorkerPool } from '../../src/parallel/pool.js';
import { NUMERICS } from '../../src/run/numerics.js';
import type { RunSpec } from '../../src/run/spec.js';
import { train } from '../../src/train.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

const dataset = makeTinyDataset({ train: 120, test: 40 });
const COMMON = { batchSize: 32, epochs: 2, seed: 3, learningRate: 0.01 };

const DEPTHWISE =
  'INPUT(28x28x1) -> CONV(3,20,s2) -> CONV(3,20,p1,g20) -> BN -> RELU -> CONV(5,20,s2,p2,g20) -> CONV(1,12) -> RELU -> FC(10)';

/** Small trainings that between them go through every family of kernels, and the weights that this numerics version gives. */
const GOLDEN: readonly (readonly [name: string, spec: RunSpec, weightsSha256: string])[] = [
  [
    'products, in lanes and not, with a narrow last mini-batch',
    {
      ...COMMON,
      dropLast: false,
      network:
        'INPUT(28x28x1) -> CONV(5,8) -> RELU -> POOL(2) -> CONV(3,12) -> TANH -> POOL(2,mean) -> FC(20) -> SIGMOID -> FC(10)',
    },
    '59f2ae3ef58a00e454da338bdc00c361dff512b484f312a89bda6b058da3c8a2',
  ],
  [
    'minimal filtering, batch normalisation, dropout and augmentation',
    {
      ...COMMON,
      augmentation: { translate: 2 },
      network:
        'INPUT(28x28x1) -> CONV(3,32,p1) -> BN -> RELU -> POOL(2) -> CONV(3,32,p1) -> BN -> RELU -> POOL(2) -> CONV(5,32,p2) -> RELU -> DROPOUT(0.3) -> FC(10)',
    },
    '9818b47ab21133282675d8fdb874b694c3057282f276b338fbdd3c9f9e9fc7c8',
  ],
  [
    'minimal filtering by tiles that overlap, with 40 images a mini-batch',
    {
      ...COMMON,
      batchSize: 40,
      network:
        'INPUT(28x28x1) -> CONV(5,16) -> RELU -> POOL(2) -> CONV(3,32) -> BN -> RELU -> CONV(3,32) -> BN -> RELU -> CONV(5,16) -> RELU -> FC(10)',
    },
    '85183cefd67976fed3f70530f0d6c505aa6e059068ae4c9691151f0b1d6a28e7',
  ],
  [
    'other activations and pooling, with Nesterov, lookahead, smoothing and a cosine',
    {
      ...COMMON,
      nesterov: true,
      lookahead: { every: 2 },
      labelSmoothing: 0.1,
      learningRate: { kind: 'cosine', rate: 0.02, warmupEpochs: 0.5 },
      network: {
        input: [28, 28, 1],
        layers: [
          { kind: 'convolution', kernel: 5, stride: 2, filters: 8 },
          { kind: 'elu' },
          { kind: 'trainable-pooling', kernel: 2 },
          { kind: 'convolution', kernel: 3, filters: 16 },
          { kind: 'gelu' },
          { kind: 'prelu' },
          { kind: 'fully-connected', units: 10 },
        ],
      },
    },
    '5b27643ed9f9403b147c6372b270ef8fecf5967e7832e61bd265d118204fa975',
  ],
  [
    'joints: a residual, branches, groups',
    {
      ...COMMON,
      network: {
        input: [28, 28, 1],
        layers: [
          { kind: 'convolution', kernel: 3, stride: 2, filters: 16 },
          {
            kind: 'residual',
            body: [{ kind: 'convolution', kernel: 3, padding: 1, filters: 16 }, { kind: 'relu' }],
          },
          {
            kind: 'branches',
            join: 'concat',
            branches: [
              [{ kind: 'convolution', kernel: 3, padding: 1, filters: 16, groups: 4 }],
              [{ kind: 'leaky-relu' }],
            ],
          },
          { kind: 'max-pooling', kernel: 2 },
          { kind: 'fully-connected', units: 10 },
        ],
      },
    },
    'e8521512bbe7159b32df4d5a0857fd5b27449309e7b6586f1f83936b57bf64bc',
  ],
  [
    'few images a mini-batch, squared errors, per-pixel mean',
    {
      ...COMMON,
      batchSize: 5,
      trainCount: 60,
      epochs: 1,
      learningRate: 0.001,
      normalization: 'mean-image',
      network: {
        input: [28, 28, 1],
        loss: 'squared-l2',
        layers: [
          { kind: 'convolution', kernel: 5, filters: 6 },
          { kind: 'tanh' },
          { kind: 'average-pooling', kernel: 2 },
          { kind: 'fully-connected', units: 10 },
        ],
      },
    },
    'f81dfdf7d2f2775e5eb33aa139cc0cc3bbdf458d5b62521b97ec2cbd3e4271f9',
  ],
  [
    'Adam with clipping and averages, and the newer activations',
    {
      ...COMMON,
      optimizer: 'adam',
      learningRate: 0.002,
      clipNorm: 1,
      averaging: { decay: 0.9 },
      network:
        'INPUT(28x28x1) -> CONV(5,8) -> BN -> SILU -> POOL(2) -> CONV(3,12) -> HARD-SWISH -> FC(20) -> SOFTPLUS -> FC(20) -> MISH -> FC(10)',
    },
    '688aca4fd5df31d9dbd37e2944a1123391cf91141f67b7b864c90b01336502e0',
  ],
  [
    'Muon with lookahead',
    {
      ...COMMON,
      optimizer: 'muon',
      lookahead: { every: 2 },
      network: 'INPUT(28x28x1) -> CONV(5,8) -> RELU -> POOL(2) -> CONV(3,40) -> RELU -> POOL(2) -> FC(10)',
    },
    '91805a6513ac9232a45e2212c31670802b948b162ddba85fcc3f9ce48cc6d28e',
  ],
  [
    'depthwise, in lanes',
    { ...COMMON, network: DEPTHWISE },
    'f237de107949fa32f23e7046601503a8aa5f7cd8bebe58edefbc886d00dabe94',
  ],
  [
    'depthwise, in images',
    { ...COMMON, batchSize: 5, trainCount: 30, epochs: 1, network: DEPTHWISE },
    '1e5f8f595155509e247a6ca7d25f593f7ee28a25697e2ba43fcffc0e87a61133',
  ],
  [
    'images that are painted, erased and mixed',
    {
      ...COMMON,
      augmentation: {
        flip: 'random',
        translate: 2,
        resizedCrop: { area: [0.5, 1] },
        colorJitter: { brightness: 0.4, contrast: 0.4 },
        randAugment: {},
        erasing: {},
        mixing: { mixup: 0.4, cutmix: 1 },
      },
      network: 'INPUT(28x28x1) -> CONV(5,8) -> RELU -> POOL(2) -> FC(10)',
    },
    '843a4d9b6862e7e7a3fd21264abcbf17c10fe15d9dc59b5d7e4f183c18b731c5',
  ],
];

/** The version that the hashes above are of. */
const GOLDEN_NUMERICS = 4;

const MEND =
  'The bits of a result have changed. If that was not meant, it is a bug. If it was: raise NUMERICS in src/run/numerics.ts by one, say there ' +
  'why, and put the new hashes and the new version here.';

/** The others agree within a tolerance only. */
const KERNELS = availableKernelNames().filter((name) => !UNFUSED_NAMES.includes(name));

describe('the hashes', () => {
  it.skipIf(KERNELS.length === 0)('are held on a set with fused multiply-add', () => {
    expect(KERNELS).not.toEqual([]);
  });

  it('are of this numerics version', () => {
    expect(NUMERICS, MEND).toBe(GOLDEN_NUMERICS);
  });
});

describe.each(KERNELS)('the weights of this numerics version, on %s', (kernels) => {
  let pool: WorkerPool;
  beforeAll(() => {
    vi.stubEnv(KERNELS_VARIABLE, kernels);
    pool = WorkerPool.create(2);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await pool.close();
  });

  describe.each([1, 2])('with %d workers', (workers) => {
    it.each(GOLDEN)('%s', async (_, spec, weightsSha256) => {
      const result = await train(spec, { dataset, pool, workers });
      expect(result.state).toBe('done');
      expect(result.weightsSha256, MEND).toBe(weightsSha256);
    });
  });
});
