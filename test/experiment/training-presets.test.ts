import { describe, expect, it } from 'vitest';
import { TRAINING_PRESETS } from '../../src/experiment/training-presets/registry.js';
import { fitSpec } from '../../src/run/data.js';
import { resolveRunSpec } from '../../src/run/spec.js';
import { FAKE_CIFAR10 } from './fake-runs.js';

describe('the training presets', () => {
  it('are those of the documentation', () => {
    const names = ['three-layer', 'cifar-quick', 'resnet20', 'vgg11', 'vgg16'];
    expect(TRAINING_PRESETS.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
  });

  it.each(TRAINING_PRESETS)('$name fits CIFAR-10', ({ name, spec }) => {
    const fitted = fitSpec(resolveRunSpec(spec, name), FAKE_CIFAR10);
    expect(fitted).toMatchObject({ dataset: 'cifar10', trainCount: 50_000, testCount: 10_000 });
  });
});
