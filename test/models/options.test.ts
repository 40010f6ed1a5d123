import { describe, expect, it } from 'vitest';
import { LAYER_KINDS, listActivations } from '../../src/layers/registry.js';
import { buildModel, MODEL_NAMES, MODELS } from '../../src/models/registry.js';

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
