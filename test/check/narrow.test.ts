import { describe, expect, it } from 'vitest';
import { narrowNetwork } from '../../src/check/narrow.js';
import { buildModel } from '../../src/models/registry.js';
import { describeNetwork } from '../../src/network/describe.js';
import { parseNetwork } from '../../src/network/spec.js';

const convolve = (filters: number, more: object = {}) => ({
  kind: 'convolution',
  kernel: 3,
  filters,
  padding: 1,
  ...more,
});
const parse = (...layers: object[]) => parseNetwork({ input: [16, 16, 3], layers });
const widthsOf = (network: ReturnType<typeof parse>) =>
  network.layers.map((layer) => {
    const { filters, units } = layer as { filters?: number; units?: number };
    return filters ?? units;
  });

describe('a narrow copy', () => {
  const network = parse(convolve(64), convolve(64), { kind: 'fully-connected', units: 10 });

  it('is the network itself where that is small enough', () => {
    expect(narrowNetwork(network, 1e9)).toEqual({ network, share: 1 });
  });

  it('has fewer channels but for the classes', () => {
    const narrow = narrowNetwork(network, 1_000_000);
    expect(narrow.share).toBe(1 / 4);
    expect(widthsOf(narrow.network)).toEqual([16, 16, 10]);
    expect(describeNetwork(narrow.network).multiplyAdds).toBeLessThan(1_000_000);
    expect(widthsOf(network)).toEqual([64, 64, 10]);
  });

  it('keeps groups possible', () => {
    const grouped = parse(convolve(96), convolve(120, { groups: 3 }), { kind: 'fully-connected', units: 10 });
    const widths = widthsOf(narrowNetwork(grouped, 500_000).network);
    expect(widths.slice(0, 2).every((width) => width! % 3 === 0 && width! < 96)).toBe(true);
  });

  it('keeps a depthwise convolution and gates as wide as what is before them', () => {
    const mobile = parse(
      convolve(96),
      convolve(96, { groups: 96 }),
      { kind: 'squeeze-excitation', channels: 96 },
      { kind: 'fully-connected', units: 10 },
    );
    const { network: narrow, share } = narrowNetwork(mobile, 300_000);
    expect(share).toBeLessThan(1);
    expect(narrow.layers[1]).toMatchObject({ filters: 96 * share, groups: 96 * share });
    expect(narrow.layers[2]).toMatchObject({ channels: 96 * share });
  });

  it("keeps a normalisation's groups possible", () => {
    const norm = { kind: 'group-normalization', groups: 6 };
    const grouped = parse(convolve(96), norm, convolve(120), norm, { kind: 'fully-connected', units: 10 });
    const { network: narrow, share } = narrowNetwork(grouped, 300_000);
    expect(share).toBeLessThan(1 / 2);
    const widths = narrow.layers.flatMap((layer) => ('filters' in layer ? [Number(layer.filters)] : []));
    expect(widths.map((width) => width % 6)).toEqual([0, 0]);
    expect(describeNetwork(narrow).multiplyAdds).toBeLessThan(300_000);
  });

  it('reaches into branches', () => {
    const residual = {
      kind: 'residual',
      body: [convolve(64)],
      shortcut: [convolve(64, { kernel: 1, padding: 0 })],
    };
    const { network: narrow, share } = narrowNetwork(
      parse(convolve(64), residual, { kind: 'fully-connected', units: 10 }),
      500_000,
    );
    expect(share).toBeLessThan(1);
    const [first, { body, shortcut }] = narrow.layers as unknown as [
      { filters: number },
      Record<'body' | 'shortcut', [{ filters: number }]>,
    ];
    expect([body[0].filters, shortcut[0].filters]).toEqual([first.filters, first.filters]);
  });

  it("narrows the zeros of a ResNet's shortcut along", () => {
    const { network: narrow, share } = narrowNetwork(buildModel('resnet20', {}, 'test').network, 400_000);
    expect(share).toBe(1 / 16);
    expect(describeNetwork(narrow).multiplyAdds).toBeLessThan(400_000);
  });

  it('leaves a connection table alone', () => {
    const table = Array.from({ length: 64 }, (_, filter) => [filter % 64]);
    const connected = parse(convolve(64), convolve(64, { connections: table }), {
      kind: 'fully-connected',
      units: 10,
    });
    expect(narrowNetwork(connected, 1000)).toEqual({ network: connected, share: 1 });
  });
});
