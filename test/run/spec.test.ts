import { describe, expect, it } from 'vitest';
import { computeIdentity } from '../../src/experiment/identity.js';
import { resolveRunSpec, trimSpec } from '../../src/run/spec.js';

const SQUARED = {
  name: 'squares',
  input: [28, 28, 1],
  layers: [{ kind: 'fully-connected', units: 10 }],
  loss: 'squared-l2',
};

describe("a run's spec", () => {
  it('is recorded without later options that are off, so that recorded runs keep their identities', () => {
    // As the first version wrote it.
    const before = {
      activation: 'relu',
      batchSize: 100,
      dataset: 'mnist',
      dropout: 0,
      epochs: 20,
      learningRate: { kind: 'constant', rate: 0.001, warmupEpochs: 0 },
      model: 'SK',
      momentum: 0.9,
      nesterov: false,
      normalization: 'mean-image',
      seed: 0,
      slices: 12,
      testCount: null,
      testFirst: 1,
      trainCount: null,
      trainFirst: 1,
      weightDecay: 0.0005,
      width: 0.2,
    };
    const { network, ...now } = trimSpec(resolveRunSpec({ model: 'SK', width: 0.2 }));
    expect(now).toEqual(before);
    expect(network).toMatchObject({ name: 'SK' });
    const explicit = resolveRunSpec({
      model: 'SK',
      width: 0.2,
      labelSmoothing: 0,
      reportRegularization: false,
    });
    expect(trimSpec(explicit)).toEqual({ ...before, network });
  });

  it('is recorded without a later option of its network that is off', () => {
    const plain = resolveRunSpec({ model: 'alexnet', classes: 10 });
    expect(plain).not.toHaveProperty('responseNorm');
    expect(resolveRunSpec({ model: 'alexnet', classes: 10, responseNorm: false })).toEqual(plain);
    const published = resolveRunSpec({ model: 'alexnet', classes: 10, responseNorm: true });
    expect(published).toMatchObject({ responseNorm: true });
    expect(resolveRunSpec(JSON.parse(JSON.stringify(published)))).toEqual(published);
    expect(published.network.layers).toHaveLength(plain.network.layers.length + 2);
  });

  it("is recorded without GoogLeNet's auxiliary classifiers where there are none", () => {
    const fields = { model: 'googlenet', classes: 10, inputSize: 32 };
    const plain = resolveRunSpec(fields);
    expect(plain).not.toHaveProperty('auxiliary');
    expect(plain.network).not.toHaveProperty('heads');
    expect(resolveRunSpec({ ...fields, auxiliary: false })).toEqual(plain);
    const published = resolveRunSpec({ ...fields, auxiliary: true });
    expect(published).toMatchObject({ auxiliary: true });
    expect(published.network.heads).toEqual(['aux1', 'aux2'].map((from) => ({ from, weight: 0.3 })));
    expect(resolveRunSpec(JSON.parse(JSON.stringify(published)))).toEqual(published);
  });

  it('is recorded with options that are on, and read again as it was', () => {
    const spec = resolveRunSpec({ model: 'BASE', labelSmoothing: 0.1, reportRegularization: true });
    expect(trimSpec(spec)).toMatchObject({ labelSmoothing: 0.1, reportRegularization: true });
    expect(resolveRunSpec(JSON.parse(JSON.stringify(trimSpec(spec))))).toEqual(spec);
    const plain = resolveRunSpec({ model: 'BASE' });
    expect(computeIdentity(spec, 'd')).not.toBe(computeIdentity(plain, 'd'));
  });

  it.each([
    [{ model: 'BASE', validationCount: -1 }, /'validationCount': .* found -1/],
    [{ model: 'BASE', validationFraction: 1 }, /'validationFraction': .* found 1/],
    [{ model: 'BASE', validationFrom: 'start' }, /'validationFrom': .* found "start"/],
    [
      { model: 'BASE', validationCount: 5, validationFraction: 0.5 },
      /expected 'validationCount' or 'validationFraction', found both \(5 and 0.5\)/,
    ],
    [{ model: 'BASE', labelSmoothing: 1.1 }, /'labelSmoothing': .* found 1.1/],
    [
      { network: SQUARED, labelSmoothing: 0.1 },
      /labelSmoothing: expected 0 with the loss squared-l2, found 0.1/,
    ],
  ])('is refused: %j', (spec, message) => {
    expect(() => resolveRunSpec(spec)).toThrow(message);
  });
});

describe('the normalization of a spec', () => {
  const network = 'INPUT(28x28x1) -> FC(10)';

  it("is the exercise's for a model, and one for He's initialisation for a network", () => {
    expect(resolveRunSpec({ model: 'BASE' }).normalization).toBe('mean-image');
    expect(resolveRunSpec({ network }).normalization).toBe('per-channel');
  });

  it('is what the spec says if it says any', () => {
    expect(resolveRunSpec({ model: 'BASE', normalization: 'none' }).normalization).toBe('none');
    expect(resolveRunSpec({ network, normalization: 'mean-image' }).normalization).toBe('mean-image');
  });

  it('stays when a resolved spec is resolved again', () => {
    for (const spec of [{ model: 'BASE' }, { network }, { network, normalization: 'none' }]) {
      const resolved = resolveRunSpec(spec);
      expect(resolveRunSpec(resolved)).toEqual(resolved);
    }
  });
});
