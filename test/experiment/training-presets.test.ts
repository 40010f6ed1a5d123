import { describe, expect, it } from 'vitest';
import { TRAINING_PRESETS } from '../../src/experiment/presets/training/registry.js';
import { planNetwork } from '../../src/network/plan.js';
import type { SgdOptions } from '../../src/optim/optimizers/sgd.js';
import { learningRateAt } from '../../src/optim/schedule.js';
import { measureTraining } from '../../src/optim/training-length.js';
import { fitSpec } from '../../src/run/data.js';
import { optimizerOf } from '../../src/run/optimizer-fields.js';
import { resolveRunSpec } from '../../src/run/spec.js';
import { FAKE_CIFAR10 } from './fake-runs.js';

describe('the training presets', () => {
  it('are those of the documentation', () => {
    const names = ['three-layer', 'cifar-quick', 'resnet20', 'vgg11', 'vgg16', 'cifar10-94'];
    expect(TRAINING_PRESETS.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
  });

  it.each(TRAINING_PRESETS)('$name fits CIFAR-10', ({ name, spec }) => {
    const fitted = fitSpec(resolveRunSpec(spec, name), FAKE_CIFAR10);
    expect(fitted).toMatchObject({ dataset: 'cifar10', trainCount: 50_000, testCount: 10_000 });
  });
});

describe('the preset cifar10-94', () => {
  const spec = resolveRunSpec(TRAINING_PRESETS.find(({ name }) => name === 'cifar10-94')!.spec);
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
