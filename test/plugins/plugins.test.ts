import { describe, expect, it } from 'vitest';
import { computeIdentity } from '../../src/experiment/identity.js';
import { loadPlugins } from '../../src/plugins/load.js';
import { readRecordedSpec, resolveRunSpec, trimSpec } from '../../src/run/spec.js';
import { makePlugin, writeDoubling } from './fake-plugin.js';

const word = "role: 'activation', pattern: { word: 'DOUBLING', places: [{ name: 'factor', lengths: [1] }] },";
const plugins = await loadPlugins([makePlugin(writeDoubling({ more: word }))]);
const edited = await loadPlugins([makePlugin(writeDoubling({ more: word, factor: 3 }))]);
const others = await loadPlugins([makePlugin(writeDoubling({ kind: 'other' }))]);
const both = await loadPlugins([...plugins.modules, ...others.modules].map(({ url }) => url));
const { sha256 } = plugins.modules[0]!;

const network = (layer: object) => ({
  name: 'tiny',
  input: [4, 4, 1],
  layers: [layer, { kind: 'fully-connected', units: 10 }],
});
const SPEC = { network: network({ kind: 'doubling' }) };
const identityOf = (spec: object, given = plugins) =>
  computeIdentity(resolveRunSpec(spec, 'spec', given), '00');

describe("a spec's plugins", () => {
  it('are those that its network needs', () => {
    expect(resolveRunSpec(SPEC, 'spec', both).plugins).toEqual([{ provides: ['doubling'], sha256 }]);
    const inside = network({ kind: 'residual', body: [{ kind: 'doubling' }] });
    expect(resolveRunSpec({ network: inside }, 'spec', both).plugins).toHaveLength(1);
    const model = resolveRunSpec({ model: 'SK', activation: 'doubling' }, 'spec', both);
    expect(model.plugins).toHaveLength(1);
    expect(model.network.layers).toContainEqual({ kind: 'doubling', factor: 2 });
  });

  it('are no part of a run that does not need them', () => {
    const plain = { model: 'SK' };
    expect(resolveRunSpec(plain, 'spec', both).plugins).toEqual([]);
    expect(trimSpec(resolveRunSpec(plain, 'spec', both))).not.toHaveProperty('plugins');
    expect(computeIdentity(resolveRunSpec(plain, 'spec', both), '00')).toBe(
      computeIdentity(resolveRunSpec(plain), '00'),
    );
  });

  it('are part of its identity by their bytes alone', async () => {
    const moved = await loadPlugins([makePlugin(writeDoubling({ more: word }), 'elsewhere.mjs')]);
    expect(identityOf(SPEC, moved)).toBe(identityOf(SPEC));
    expect(identityOf(SPEC, both)).toBe(identityOf(SPEC));
    expect(identityOf(SPEC, edited)).not.toBe(identityOf(SPEC));
  });

  it('are asked for again, by name', () => {
    const resolved = resolveRunSpec(SPEC, 'spec', plugins);
    const recorded = JSON.parse(JSON.stringify(trimSpec(resolved)));
    expect(resolveRunSpec(recorded, 'spec', both)).toEqual(resolved);
    const short = `${sha256.slice(0, 12)}…`;
    expect(() => resolveRunSpec(recorded, 'run 7')).toThrow(
      `run 7: expected the plugin of doubling with SHA-256 ${short}, found none. Give its file with --plugin`,
    );
    expect(() => resolveRunSpec(recorded, 'run 7', edited)).toThrow(
      `run 7: expected the plugin of doubling with SHA-256 ${short}, found ${edited.modules[0]!.sha256.slice(0, 12)}…`,
    );
  });

  it('need not be at hand where a recorded run is only read about', () => {
    const resolved = resolveRunSpec(SPEC, 'spec', plugins);
    const recorded = JSON.parse(JSON.stringify(trimSpec(resolved)));
    expect(readRecordedSpec(recorded, 'run 7')).toEqual(resolved);
    expect(readRecordedSpec({ model: 'SK' }, 'run 7')).toEqual(resolveRunSpec({ model: 'SK' }));
    expect(() => readRecordedSpec(SPEC, 'run 7')).toThrow("unknown layer kind 'doubling'");
  });

  it('bring words to patterns, and options that are checked', () => {
    const pattern = resolveRunSpec(
      { network: 'INPUT(4x4x1) -> FC(9) -> DOUBLING(4) -> FC(3)' },
      'spec',
      plugins,
    );
    expect(pattern.network.layers[1]).toEqual({ kind: 'doubling', factor: 4 });
    // An activation was named, so none is added.
    expect(pattern.network.layers).toHaveLength(3);
    const wrong = { network: network({ kind: 'doubling', fctor: 2 }) };
    expect(() => resolveRunSpec(wrong, 'spec', plugins)).toThrow(
      "unknown field 'fctor'. Did you mean 'factor'?",
    );
    expect(() => resolveRunSpec({ model: 'SK', activation: 'dubling' }, 'spec', plugins)).toThrow(
      "unknown activation 'dubling'. Did you mean 'doubling'?",
    );
    expect(() => resolveRunSpec({ model: 'SK', activation: 'convolution' }, 'spec', plugins)).toThrow(
      "unknown activation 'convolution'.",
    );
  });
});
