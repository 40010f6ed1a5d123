import { describe, expect, it } from 'vitest';
import { planNetwork } from '../../src/network/plan.js';
import { fitRun } from '../../src/run/fit.js';
import { resolveRunSpec } from '../../src/run/spec.js';
import { FAKE_DATASET } from '../experiment/fake-runs.js';

const check = (spec: object) => fitRun(resolveRunSpec(spec), FAKE_DATASET).spec;

describe('a run on its data', () => {
  it('knows how many images it means', () => {
    expect(check({ model: 'BASE', trainFirst: 50_001 })).toMatchObject({
      trainCount: 10_000,
      testCount: 10_000,
    });
  });

  it('knows how many images it keeps for validation, however it is asked', () => {
    const asked = [
      { validationCount: 6000 },
      { validationFraction: 0.1 },
      { validationFraction: 0.1, validationFrom: 'end' },
    ];
    for (const options of asked) {
      expect(check({ model: 'BASE', ...options })).toMatchObject({
        trainCount: 60_000,
        validationCount: 6000,
        validationFraction: 0,
        validationFrom: 'end',
      });
    }
    expect(check({ model: 'BASE', validationFrom: 'random' }).validationFrom).toBe('end');
  });

  it('is planned for the mini-batches that it has', () => {
    const planFor = (spec: object) => fitRun(resolveRunSpec(spec), FAKE_DATASET).plan;
    const { network } = resolveRunSpec({ model: 'BASE' });
    const small = planNetwork(network, { batchSize: 30, slices: 12, training: true });
    expect(planFor({ model: 'BASE', batchSize: 30 })).toEqual(small);
    // No more images than are left to train on.
    expect(planFor({ model: 'BASE', trainCount: 40, validationCount: 10 })).toEqual(small);
    expect(planFor({ model: 'BASE' })).not.toEqual(small);
  });

  it.each([
    { model: 'BASE' },
    { model: 'BN', trainFirst: 50_001, trainCount: 10_000 },
    { model: 'SK', trainFirst: 60_000 },
    { model: 'SK', testFirst: 10_000, testCount: 1 },
  ])('%j is in order', (spec) => {
    expect(() => check(spec)).not.toThrow();
  });

  it.each([
    [
      { trainFirst: 50_001, trainCount: 10_001 },
      'trainFirst 50001 with trainCount 10001: expected examples 1 to 60000',
    ],
    [{ trainFirst: 60_001 }, 'found 60001 to 60001'],
    [{ testCount: 10_001 }, 'expected examples 1 to 10000 of the test data, found 1 to 10001'],
  ])('with the subset %j is outside', (subset, message) => {
    expect(() => check({ model: 'BASE', ...subset })).toThrow(message);
  });

  const classify = (filters: number, kernel: number) => ({ kind: 'convolution', filters, kernel });

  it.each([
    [
      { input: [32, 32, 3], layers: [classify(10, 32)] },
      'expected images of 32×32×3, found 28×28×1 in mnist',
    ],
    [
      { input: [28, 28, 1], layers: [classify(5, 28)] },
      'expected at least 10 outputs for the classes of mnist, found 5',
    ],
    [{ input: [28, 28, 1], layers: [classify(10, 29)] }, 'expected a window of at most 28×28'],
  ])('with the network %j does not fit', (network, message) => {
    expect(() => check({ network })).toThrow(message);
  });
});
