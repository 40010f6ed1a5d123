import { describe, expect, it } from 'vitest';
import { expandGrid } from '../../src/experiment/grid.js';
import { planSweep } from '../../src/experiment/plan-sweep.js';
import { PRESET_NAMES, readPreset } from '../../src/experiment/presets/registry.js';
import type { ResolvedRunSpec } from '../../src/run/spec.js';
import { FAKE_DATASET } from './fake-runs.js';

function readSpecs(name: string): ResolvedRunSpec[] {
  return expandGrid(readPreset(name), name).map(({ spec }) => spec);
}

const PARTS = ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].map((part) => `15.6${part}`);

describe('the presets of exercise 15.6', () => {
  it('are all there', () => {
    expect(PRESET_NAMES).toEqual(['first-look', '15.6', ...PARTS, 'lenet5']);
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

describe('a preset that does not exist', () => {
  it('offers the nearest names', () => {
    expect(() => readPreset('15.6k')).toThrow("sweep: unknown preset '15.6k'. Did you mean '15.6'?");
    expect(() => readPreset('firstlook')).toThrow("Did you mean 'first-look'?");
  });
});
