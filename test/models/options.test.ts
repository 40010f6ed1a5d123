import { describe, expect, it } from 'vitest';
import { LAYER_KINDS, listActivations } from '../../src/layers/registry.js';
import { buildModel, MODEL_NAMES, MODELS } from '../../src/models/registry.js';
import { resolveRunSpec } from '../../src/run/spec.js';

describe("a named network's activation", () => {
  it.each(listActivations(LAYER_KINDS))('%s takes the place of ReLU', (activation) => {
    expect(Object.keys(LAYER_KINDS)).toContain(activation);
    for (const name of MODEL_NAMES.filter((model) => 'activation' in MODELS[model]!.options.shape)) {
      const kindsOf = (chosen: string) =>
        buildModel(name, { activation: chosen }, 'test').network.layers.map(({ kind }) => kind);
      const expected = kindsOf('relu').map((kind) => (kind === 'relu' ? activation : kind));
      expect(kindsOf(activation)).toEqual(expected);
    }
  });
});

describe('the classes of the networks for digits', () => {
  it.each(['BASE', 'BN', 'SK'])('of %s are an option, and no part of a spec with ten', (model) => {
    const layersOf = (options: object) => buildModel(model, options, 'test').network.layers;
    expect(layersOf({ classes: 26 }).at(-1)).toEqual({ ...layersOf({}).at(-1), filters: 26 });
    expect(layersOf({ classes: 26 }).slice(0, -1)).toEqual(layersOf({}).slice(0, -1));
    const plain = resolveRunSpec({ model }, 'test');
    expect(plain).not.toHaveProperty('classes');
    expect(resolveRunSpec({ model, classes: 10 }, 'test')).toEqual(plain);
    expect(resolveRunSpec(plain, 'test')).toEqual(plain);
    const letters = resolveRunSpec({ model, classes: 26 }, 'test');
    expect(letters).toHaveProperty('classes', 26);
    expect(resolveRunSpec(letters, 'test')).toEqual(letters);
  });

  it('are part of the spec where they always were', () => {
    expect(resolveRunSpec({ model: 'lenet5' }, 'test')).toHaveProperty('classes', 10);
  });
});
