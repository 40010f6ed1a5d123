import { describe, expect, it } from 'vitest';
import { parseNetwork } from '../../src/network/spec.js';
import { computeFeatureMaps } from '../../src/run/feature-maps.js';

const constant = (value: number) => ({ kind: 'constant', value });

describe('feature maps', () => {
  const network = parseNetwork({
    input: [2, 2, 1],
    layers: [
      { kind: 'convolution', name: 'conv', kernel: 1, filters: 2 },
      { kind: 'relu' },
      { kind: 'batch-normalization', name: 'norm', epsilon: 1e-12 },
      { kind: 'identity' },
      {
        kind: 'residual',
        body: [{ kind: 'convolution', name: 'inner', kernel: 2, filters: 2, padding: [0, 1, 0, 1] }],
      },
      { kind: 'dropout', rate: 0.5 },
      { kind: 'fully-connected', units: 1, initializer: constant(1) },
    ],
  });
  // In the order of the plan: kernel and bias, scale, shift and statistics, kernel and bias, kernel and bias.
  const weights = Float32Array.from([
    ...[2, -1, -1, 0.5],
    ...[1, 1, 0, 1, 0.5, 1, 4, 1],
    ...new Array(16).fill(0),
    ...[10, 20],
    ...new Array(8).fill(1),
    0,
  ]);
  const maps = computeFeatureMaps(network, weights, Float32Array.of(0, 1, 2, 3));
  const valuesOf = (name: string) =>
    [...maps.find((layer) => layer.name === name)!.values].map((value) => Math.round(value * 1e4) / 1e4);

  it('are those of each layer, also where a later one writes over it', () => {
    expect(valuesOf('conv')).toEqual([-1, 0.5, 1, -0.5, 3, -1.5, 5, -2.5]);
    expect(valuesOf('relu1')).toEqual([0, 0.5, 1, 0, 3, 0, 5, 0]);
  });

  it('are computed as in evaluation', () => {
    // Means 0.5 and 1, variances 4 and 1.
    const norm = [-0.25, 0.5, 0.25, 0, 1.25, 0, 2.25, 0];
    expect(valuesOf('norm')).toEqual(norm);
    expect(valuesOf('residual1')).toEqual(norm.map((value, i) => value + (i % 2 === 0 ? 10 : 20)));
    expect(valuesOf('fully-connected1')).toEqual([124]);
  });

  it('have names, kinds and shapes', () => {
    const inner = maps.find(({ kind, name }) => kind === 'convolution' && name !== 'conv')!;
    expect(inner).toMatchObject({ name: 'residual1.inner', shape: { height: 2, width: 2, channels: 2 } });
    expect([...inner.values]).toEqual([10, 20, 10, 20, 10, 20, 10, 20]);
  });
});
