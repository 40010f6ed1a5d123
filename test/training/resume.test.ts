import { describe, expect, it } from 'vitest';
import type { WrittenNetwork } from '../../src/network/spec.js';
import { loadPlugins } from '../../src/plugins/load.js';
import type { RunSpec } from '../../src/run/spec.js';
import type { Resumption, TrainOptions } from '../../src/run/types.js';
import { train } from '../../src/train.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { openPool } from '../helpers/open-pool.js';
import { factsOf } from '../helpers/run-facts.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';
import { LION } from '../plugins/fake-optimizers.js';
import { makePlugin } from '../plugins/fake-plugin.js';

/** Six mini-batches an epoch. */
const dataset = makeTinyDataset({ train: 300, test: 50 });
const pool = openPool(3);
const lion = await loadPlugins([makePlugin(LION)]);

const COMMON: RunSpec = { batchSize: 50, epochs: 3, learningRate: 0.01 };
const SMALL = 'INPUT(28x28x1) -> CONV(5,4) -> BN -> RELU -> POOL(2) -> DROPOUT(0.3) -> FC(10)';
const AFFINE: WrittenNetwork = {
  name: 'affine',
  input: [28, 28, 1],
  layers: [
    {
      kind: 'convolution',
      kernel: 2,
      filters: 8,
      initializer: 'whitening',
      kernelLearningRate: 0,
      biasEpochs: 1,
    },
    { kind: 'gelu' },
    { kind: 'max-pooling', kernel: 3 },
    { kind: 'batch-normalization', scaleEpochs: 2, momentum: 0.4 },
    { kind: 'fully-connected', units: 10 },
  ],
};

const SPECS: readonly (readonly [name: string, spec: RunSpec])[] = [
  [
    'momentum, dropout, augmentation and half an epoch',
    { network: SMALL, nesterov: true, epochs: 2.5, augmentation: { translate: 2 } },
  ],
  [
    'adam, clipping, smoothing, painted and mixed images',
    {
      network: SMALL,
      optimizer: { kind: 'adam', amsgrad: true },
      clipNorm: 0.5,
      labelSmoothing: 0.1,
      dropLast: true,
      batchSize: 45,
      augmentation: { randAugment: {}, mixing: { mixup: 1, cutmix: 1, probability: 0.8 } },
    },
  ],
  [
    'adamw, an average, a validation split and patience',
    {
      network: SMALL,
      optimizer: 'adamw',
      averaging: { decay: 0.9 },
      validationCount: 60,
      patience: 1,
      learningRate: 0.03,
      epochs: 6,
    },
  ],
  [
    'muon, lookahead and a cosine',
    {
      network: SMALL,
      optimizer: 'muon',
      lookahead: { every: 4 },
      learningRate: { kind: 'cosine', rate: 0.02, warmupEpochs: 1 },
    },
  ],
  [
    'weights that rest in a step',
    {
      model: 'BASE',
      width: 0.2,
      epochs: 8,
      learningRate: { kind: 'step', rate: 0.01, factor: 0.1, every: 1 },
      minWeightChange: { epsilon: 1e-4, per: 'iteration' },
    },
  ],
  [
    'weights that rest in an epoch',
    {
      model: 'BASE',
      width: 0.2,
      epochs: 8,
      learningRate: { kind: 'step', rate: 0.01, factor: 0.1, every: 1 },
      minWeightChange: { epsilon: 1e-3 },
    },
  ],
  [
    'a limit of steps, with regularisation in the losses',
    {
      model: 'SK',
      width: 0.2,
      maxIterations: 8,
      reportRegularization: true,
      validationFraction: 0.1,
      validationFrom: 'random',
    },
  ],
  [
    'an augmented test of the best epoch',
    {
      network: SMALL,
      testTimeAugmentation: 'mirror-translate',
      validationCount: 60,
      patience: 3,
      augmentation: { flip: 'alternating' },
    },
  ],
  ['whitening, and parameters that freeze', { network: AFFINE, optimizer: 'adam' }],
];

/** Trains until the run is over, interrupted again and again after some milliseconds, each time on another number of workers. */
async function trainInPieces(spec: RunSpec, options: TrainOptions) {
  const resumptions: Resumption[] = [];
  for (let piece = 0; piece < 100; piece++) {
    const interruption = new AbortController();
    // Longer from piece to piece, so that all of them come to an end.
    const timer = setTimeout(() => interruption.abort(), 8 + 8 * piece);
    const result = await train(spec, {
      ...options,
      pool,
      dataset,
      workers: 1 + (piece % 3),
      signal: interruption.signal,
      onResume: (resumption) => resumptions.push(resumption),
    });
    clearTimeout(timer);
    if (result.state !== 'interrupted') return { result, resumptions };
  }
  throw new Error('expected a run that comes to its end');
}

describe('a run that is interrupted', () => {
  it.each(SPECS)('ends in the same bits: %s', async (_name, spec) => {
    const whole = await train({ ...COMMON, ...spec }, { dataset, pool, workers: 2 });
    expect(whole.state).toBe('done');
    const checkpoints = { folder: makeFolder() };
    const { result, resumptions } = await trainInPieces({ ...COMMON, ...spec }, { checkpoints });
    expect(factsOf(result)).toEqual(factsOf(whole));
    expect(resumptions.flatMap(({ rejected }) => rejected)).toEqual([]);
    expect(resumptions.length).toBeGreaterThan(0);
  });

  it('ends in the same bits with an optimizer of the user’s own', async () => {
    const spec: RunSpec = { ...COMMON, network: SMALL, optimizer: 'lion', learningRate: 0.001 };
    const whole = await train(spec, { dataset, pool, plugins: lion });
    const { result } = await trainInPieces(spec, { plugins: lion, checkpoints: { folder: makeFolder() } });
    expect(factsOf(result)).toEqual(factsOf(whole));
  });

  it('while its last epoch is tested keeps that epoch', async () => {
    const spec: RunSpec = { ...COMMON, network: SMALL, epochs: 2 };
    const whole = await train(spec, { dataset, pool });
    const interruption = new AbortController();
    const checkpoints = { folder: makeFolder() };
    const stopped = await train(spec, {
      dataset,
      pool,
      checkpoints,
      signal: interruption.signal,
      onProgress: ({ epoch, step, stepsPerEpoch }) => {
        if (epoch === 2 && step === stepsPerEpoch) interruption.abort();
      },
    });
    expect([stopped.state, stopped.epochs.length]).toEqual(['interrupted', 1]);
    const resumptions: Resumption[] = [];
    const steps: number[] = [];
    const result = await train(spec, {
      dataset,
      pool,
      checkpoints,
      onResume: (resumption) => resumptions.push(resumption),
      onStep: ({ step }) => void steps.push(step),
    });
    expect(resumptions).toMatchObject([{ epoch: 2, step: 6 }]);
    expect(steps).toEqual([]);
    expect(factsOf(result)).toEqual(factsOf(whole));
  });
});

describe('a run that is to stop after so many epochs', () => {
  const spec: RunSpec = {
    ...COMMON,
    network: SMALL,
    epochs: 3,
    learningRate: { kind: 'cosine', rate: 0.02 },
    testTimeAugmentation: 'mirror',
  };
  const part = (folder: string, untilEpoch?: number) =>
    train(spec, {
      dataset,
      pool,
      checkpoints: { folder, keep: 'state', ...(untilEpoch === undefined ? {} : { untilEpoch }) },
    });

  it('stops there, and goes on to the same end as if it had not', async () => {
    const folder = makeFolder();
    const first = await part(folder, 1);
    expect(first).toMatchObject({
      state: 'interrupted',
      reason: 'stopped after epoch 1, to go on later',
      augmentedTest: null,
    });
    expect(first.epochs).toHaveLength(1);
    expect((await part(folder, 2)).epochs).toHaveLength(2);
    expect((await part(folder, 1)).epochs, 'it is further ahead').toHaveLength(2);
    expect(factsOf(await part(folder))).toEqual(factsOf(await train(spec, { dataset, pool })));
  });

  it('is done where the limit is its end', async () => {
    expect(await part(makeFolder(), 3)).toMatchObject({ state: 'done', reason: null });
  });
});
