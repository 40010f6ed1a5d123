import { describe, expect, it } from 'vitest';
import { expandGrid } from '../../src/experiment/grid.js';
import { planSweep } from '../../src/experiment/plan-sweep.js';
import { PRESET_NAMES, readPreset, TRAINING_PRESETS } from '../../src/experiment/presets/registry.js';
import { buildModel, isModel } from '../../src/models/registry.js';
import { describeNetwork } from '../../src/network/describe.js';
import { planNetwork } from '../../src/network/plan.js';
import type { MuonOptions } from '../../src/optim/optimizers/muon/muon.js';
import type { SgdOptions } from '../../src/optim/optimizers/sgd.js';
import { learningRateAt } from '../../src/optim/schedule.js';
import { measureTraining } from '../../src/optim/training-length.js';
import { fitRun } from '../../src/run/fit.js';
import { optimizerOf } from '../../src/run/optimizer-fields.js';
import type { ResolvedRunSpec } from '../../src/run/spec.js';
import { FAKE_CIFAR10, FAKE_DATASET } from './fake-runs.js';

function readSpecs(name: string): ResolvedRunSpec[] {
  return expandGrid(readPreset(name), name).map(({ spec }) => spec);
}

const TRAINED = [
  'three-layer',
  'cifar-quick',
  'resnet20',
  'mobilenet-v2',
  'vgg11-cifar',
  'vgg16-cifar',
  'vgg16-93',
  'cifar10-94',
  'cifar10-94-muon',
  'cifar10-96',
];
const PAPERS = ['15.1', '15.2', '15.3', '15.4'];
const PARTS = ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].map((part) => `15.6${part}`);

describe('a preset', () => {
  it('that is called like a network trains that one', () => {
    const named = TRAINING_PRESETS.filter(({ name }) => isModel(name));
    expect(named.length).toBeGreaterThan(3);
    expect(named.map(({ name }) => readSpecs(name)[0]!.model)).toEqual(named.map(({ name }) => name));
  });
});

describe('the presets of exercise 15.6', () => {
  it('are all there', () => {
    expect(PRESET_NAMES).toEqual(['first-look', ...PAPERS, '15.6', ...PARTS, 'lenet5', ...TRAINED]);
  });

  it('are one sweep together, each point of which runs once', async () => {
    const whole = expandGrid(readPreset('15.6'), '15.6');
    expect(whole.map(({ spec }) => spec)).toEqual(PARTS.flatMap(readSpecs));
    // Shared: SK-1 by e and f, SK-0.2 on the first 10,000 with seed 0 by f, g and h.
    expect(await planSweep(whole, async () => FAKE_DATASET)).toHaveLength(whole.length - 3);
    expect(whole).toHaveLength(30);
  });

  it.each([
    ['15.6b', [['BASE', 1]]],
    ['15.6c', [['BN', 1]]],
    ['15.6e', [['SK', 1]]],
    ['15.6f', [2, 1.5, 1, 0.5, 0.2].map((width) => ['SK', width])],
  ])('%s has the networks that it lists', (name, networks) => {
    expect(readSpecs(name).map(({ model, width }) => [model, width])).toEqual(networks);
  });

  it('d is BASE and BN with dropout', () => {
    expect(readSpecs('15.6d').map(({ model, dropout }) => [model, dropout])).toEqual([
      ['BASE', 0.5],
      ['BN', 0.5],
    ]);
  });

  it.each([
    ['15.6g', 'trainCount', [500, 1000, 2000, 5000, 10000, 20000, 60000]],
    ['15.6h', 'trainFirst', [1, 10001, 20001, 30001, 40001, 50001]],
    ['15.6i', 'seed', [1, 12, 123, 1234, 12345, 123456]],
    ['15.6j', 'activation', ['sigmoid']],
  ] as const)('%s is SK-0.2 with its own %s', (name, key, values) => {
    const specs = readSpecs(name);
    expect(specs.map((spec) => spec[key])).toEqual(values);
    expect(specs.every(({ model, width }) => model === 'SK' && width === 0.2)).toBe(true);
  });

  it('keep what a part does not say as in part c', () => {
    const told = {
      '15.6d': ['model', 'dropout'],
      '15.6f': ['width'],
      '15.6g': ['trainCount'],
      '15.6h': ['trainFirst'],
      '15.6i': ['seed'],
      '15.6j': ['activation'],
    } as Record<string, string[]>;
    const constants = {
      dataset: 'mnist',
      trainFirst: 1,
      trainCount: 10_000,
      epochs: 20,
      batchSize: 100,
      learningRate: { kind: 'constant', rate: 0.001, warmupEpochs: 0 },
      momentum: 0.9,
      nesterov: false,
      weightDecay: 0.0005,
      seed: 0,
      activation: 'relu',
      dropout: 0,
      normalization: 'mean-image',
    };
    for (const name of PARTS) {
      const expected = Object.entries(constants).filter(([key]) => !(told[name] ?? []).includes(key));
      for (const spec of readSpecs(name)) expect(spec).toMatchObject(Object.fromEntries(expected));
    }
  });
});

describe("LeNet-5's preset", () => {
  it('trains both forms on all digits for 20 epochs, with three seeds each', () => {
    const specs = readSpecs('lenet5');
    expect(specs.map(({ model, seed }) => `${model} ${seed}`)).toEqual(
      ['lenet5', 'lenet5-modern'].flatMap((model) => [0, 1, 2].map((seed) => `${model} ${seed}`)),
    );
    for (const spec of specs) {
      expect(spec).toMatchObject({ trainCount: 60_000, validationCount: 0, testCount: 10_000, epochs: 20 });
    }
  });
});

describe('presets of one point', () => {
  it('are what `train` takes: networks on CIFAR-10, and the parts of the exercise that are one run', () => {
    const names = TRAINING_PRESETS.map(({ name }) => name);
    expect(names).toEqual(['15.6b', '15.6c', '15.6e', '15.6j', ...TRAINED]);
  });

  it.each(TRAINED)('%s fits CIFAR-10', (name) => {
    const [spec] = readSpecs(name);
    expect(fitRun(spec!, FAKE_CIFAR10).spec).toMatchObject({
      dataset: 'cifar10',
      trainCount: 50_000,
      testCount: 10_000,
    });
  });
});

describe('the preset cifar10-94', () => {
  const spec = readSpecs('cifar10-94')[0]!;
  const { learningRate, batchSize, network } = spec;
  const { momentum, weightDecay } = optimizerOf(spec) as SgdOptions;

  it('has the published rates and decays, for a loss that is a mean', () => {
    // As airbench94.py works them out for the sum over the mini-batch.
    const kilostepScale = 1024 * (1 + 1 / (1 - momentum));
    const lr = 11.5 / kilostepScale;
    const wd = (0.0153 * batchSize) / kilostepScale;
    const length = measureTraining(50_000, { batchSize, dropLast: true, epochs: 9.9 });
    // The sum's gradient is batchSize times the mean's: w −= lr·(batchSize·g + (wd / lr)·w).
    expect(learningRateAt(learningRate, 109, length)).toBeCloseTo(lr * batchSize, 12);
    expect(weightDecay * batchSize).toBeCloseTo(wd / lr, 12);
    const lrBiases = 64 * lr;
    const shift = planNetwork(network, { batchSize: 16, slices: 1, training: true })
      .steps.flatMap(({ parameters }) => parameters)
      .find(({ name }) => name === 'shift')!;
    expect(shift.learningRateFactor * lr).toBeCloseTo(lrBiases, 12);
    expect(shift.weightDecayFactor * weightDecay * batchSize).toBeCloseTo(wd / lrBiases, 12);
  });
});

describe('the preset cifar10-94-muon', () => {
  const spec = readSpecs('cifar10-94-muon')[0]!;
  const length = measureTraining(50_000, spec);
  const { others, ...filters } = optimizerOf(spec) as MuonOptions;
  const { steps } = planNetwork(spec.network, { batchSize: 16, slices: 1, training: true });
  const parameters = steps.flatMap((step) => step.parameters);

  it('has the published rates and decays, for a loss that is a mean', () => {
    // As airbench94_muon.py has them for the sum over the mini-batch.
    const [biasRate, headRate, wd] = [0.053, 0.67, 2e-6 * 2000];
    const rateAt = (step: number) => learningRateAt(spec.learningRate, step, length);
    const ratesOf = (wanted: string) => {
      const { learningRateFactor, weightDecayFactor } = parameters.find(({ label }) => label === wanted)!;
      // The sum's gradient is 2,000 times the mean's: w −= lr·(2000·g + (wd / lr)·w).
      const rate = (rateAt(0) * others.learningRate * learningRateFactor) / 2000;
      return [rate, others.weightDecay * weightDecayFactor * 2000 * rate];
    };
    expect(length.steps).toBe(200);
    expect(rateAt(0)).toBe(0.24);
    expect(rateAt(50)).toBeCloseTo(0.18, 12);
    for (const [label, rate] of [
      ['whitening.bias', biasRate],
      ['batch-normalization6.shift', biasRate],
      ['fully-connected1.kernel', headRate],
    ] as const) {
      const [own, decay] = ratesOf(label);
      expect(own, label).toBeCloseTo(rate, 12);
      expect(decay, label).toBeCloseTo(wd, 12);
    }
    expect([others.momentum, others.nesterov]).toEqual([0.85, true]);
    expect(filters).toEqual({
      kind: 'muon',
      kernels: 'convolutions',
      momentum: 0.6,
      newtonSchulzSteps: 3,
      normalizeKernels: true,
      scaleByShape: false,
      weightDecay: 0,
    });
  });

  it('has the published head, and a whitening bias that learns for 75 steps', () => {
    const { fallEpochs, initializer } = parameters.find(({ label }) => label === 'whitening.bias')!;
    expect(fallEpochs! * length.stepsPerEpoch).toBe(75);
    expect(initializer).toEqual({ kind: 'pytorch' });
    expect(spec.network.layers.at(-1)).toEqual({ kind: 'multiply', factor: 1 / 256 });
    const narrow = buildModel('airbench94-muon', { width: 0.25 }, 'test').network;
    expect(narrow.layers.at(-1)).toEqual({ kind: 'multiply', factor: 1 / 64 });
  });
});

describe('the preset cifar10-96', () => {
  const spec = readSpecs('cifar10-96')[0]!;

  it('has the published rates and decays, for a loss that is a mean', () => {
    // As airbench96_faster.py works them out for the sum over the mini-batch.
    const kilostepScale = 1024 * (1 + 1 / (1 - 0.85));
    const [lr, wd] = [9 / kilostepScale, (0.012 * 1024) / kilostepScale];
    const { learningRate, batchSize } = spec;
    const { weightDecay } = optimizerOf(spec) as SgdOptions;
    const length = measureTraining(50_000, spec);
    expect(length.steps).toBe(45 * 48);
    for (const [step, share] of [
      [0, 0.2],
      [108, 0.6],
      [216, 1],
      [1188, 0.5],
    ] as const) {
      expect(learningRateAt(learningRate, step, length)).toBeCloseTo(share * lr * batchSize, 10);
    }
    expect(weightDecay * batchSize).toBeCloseTo(wd / lr, 12);
  });

  it('has the published network', () => {
    expect(describeNetwork(spec.network).parameters).toBe(9_915_416);
    expect(spec.network.layers.filter(({ kind }) => kind === 'residual')).toHaveLength(3);
  });
});

describe('a preset that does not exist', () => {
  it('offers the nearest names', () => {
    expect(() => readPreset('15.6k')).toThrow("sweep: unknown preset '15.6k'. Did you mean '15.6'?");
    expect(() => readPreset('firstlook')).toThrow("Did you mean 'first-look'?");
  });
});
