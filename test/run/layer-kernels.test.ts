import { describe, expect, it } from 'vitest';
import { parseNetwork } from '../../src/network/spec.js';
import { listKernels } from '../../src/run/layer-kernels.js';

describe("layers' kernels", () => {
  const network = parseNetwork({
    input: [3, 4, 2],
    layers: [
      { kind: 'convolution', name: 'dense', kernel: [1, 2], filters: 4 },
      { kind: 'batch-normalization' },
      { kind: 'convolution', name: 'grouped', kernel: [2, 1], filters: 6, groups: 2, bias: false },
      { kind: 'fully-connected', name: 'last', units: 3 },
    ],
  });
  // Each weight is its own position among all of them.
  const weights = Float32Array.from({ length: 16 + 4 + 4 * 4 + 24 + 2 * 3 * 6 * 3 + 3 }, (_, i) => i);
  const [dense, grouped, last] = listKernels(network, weights);

  it('are sorted by filter and input channel', () => {
    expect(dense).toMatchObject({ name: 'dense', height: 1, width: 2, inputs: 2, filters: 4 });
    // w[x, input, filter] is at (2·x + input)·4 + filter.
    expect([...dense!.values.slice(0, 4)]).toEqual([0, 8, 4, 12]);
    expect([...dense!.values.slice(12)]).toEqual([3, 11, 7, 15]);
  });

  it('of a group have its input channels alone', () => {
    expect(grouped).toMatchObject({ name: 'grouped', height: 2, width: 1, inputs: 2, filters: 6 });
    const first = 16 + 4 + 16;
    // w[group, y, input, filter of the group] is at ((2·group + y)·2 + input)·3 + filter.
    expect([...grouped!.values.slice(0, 4)]).toEqual([0, 6, 3, 9].map((at) => first + at));
    expect([...grouped!.values.slice(20)]).toEqual([14, 20, 17, 23].map((at) => first + at));
  });

  it('are told from places that a connection table leaves empty', () => {
    expect([dense!.connected, grouped!.connected, grouped!.groups]).toEqual([null, null, 2]);
    const sparse = parseNetwork({
      input: [3, 3, 2],
      layers: [
        { kind: 'convolution', kernel: 2, filters: 3, connections: [[0], [1], [0, 1]] },
        { kind: 'fully-connected', units: 2 },
      ],
    });
    const [layer] = listKernels(sparse, new Float32Array(24 + 3 + 24 + 2));
    expect([...layer!.connected!]).toEqual([1, 0, 0, 1, 1, 1]);
  });

  it('of a fully connected layer cover its input', () => {
    expect(last).toMatchObject({ name: 'last', height: 2, width: 3, inputs: 6, filters: 3 });
    expect(last!.values[1]).toBe(16 + 4 + 16 + 24 + 6 * 3);
  });

  it('are not those of a layer with a kernel for each position', () => {
    const local = parseNetwork({
      input: [6, 6, 2],
      layers: [
        { kind: 'locally-connected', name: 'local', kernel: 3, filters: 2 },
        { kind: 'fully-connected', name: 'last', units: 3 },
      ],
    });
    const ofLocal = 4 * 4 * (3 * 3 * 2 * 2 + 2);
    const found = listKernels(
      local,
      Float32Array.from({ length: ofLocal + 33 * 3 }, (_, i) => i),
    );
    expect(found.map(({ name }) => name)).toEqual(['last']);
    expect(found[0]!.values[1]).toBe(ofLocal + 2 * 3);
  });
});
