import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';
import { describeNetwork } from '../../src/network/describe.js';
import { planNetwork } from '../../src/network/plan.js';
import { parseNetwork } from '../../src/network/spec.js';
import { describeLayer } from '../helpers/layer-suite.js';
import { makeSmallNetwork, spacedNumbers } from '../helpers/small-network.js';

const squeeze = (channels: number, options: Record<string, unknown> = {}) => ({
  kind: 'squeeze-excitation',
  channels,
  reduction: 2,
  ...options,
});

describeLayer('squeeze-excitation', [
  { name: 'maps', layer: squeeze(6), input: [5, 3, 6], output: [5, 3, 6] },
  {
    name: 'squeezed into one number, with a hard gate',
    layer: squeeze(3, { reduction: 16, gate: 'hard-sigmoid' }),
    input: [4, 5, 3],
    output: [4, 5, 3],
  },
  { name: 'vectors', layer: squeeze(5), input: [1, 1, 5], output: [1, 1, 5] },
]);

const convolution = (filters: number) => ({ kind: 'convolution', kernel: 3, padding: 1, filters });
const network = (layers: readonly unknown[]) => parseNetwork({ input: [6, 6, 3], layers });

describe('squeeze-excitation', () => {
  it('multiplies channels by gates between 0 and 1, one for all positions of an image', () => {
    const kernels = loadKernels(availableKernelNames()[0]!);
    const small = makeSmallNetwork({ input: [4, 5, 3], layers: [squeeze(3)], kernels, seed: 3, images: 2 });
    const x = small.network.input.value;
    x.set(spacedNumbers(x.length));
    small.forward();
    const gates = [...small.network.output.value].map((y, i) => y / x[i]!);
    gates.forEach((gate, i) => {
      expect(gate).toBeGreaterThan(0);
      expect(gate).toBeLessThan(1);
      expect(gate).toBeCloseTo(gates[60 * Math.floor(i / 60) + (i % 3)]!, 5);
    });
  });

  it('has the parameters of two dense layers', () => {
    const { layers, parameters } = describeNetwork(
      network([convolution(32), squeeze(32, { reduction: 16 })]),
    );
    expect(parameters).toBe(3 * 9 * 32 + 32 + (32 * 2 + 2) + (2 * 32 + 32));
    expect(layers.map(({ kind }) => kind)).toEqual([
      'convolution',
      'average-pooling',
      'convolution',
      'relu',
      'convolution',
      'sigmoid',
      'gate',
    ]);
  });

  it('stays in lanes, and what is behind it too', () => {
    const spec = network([
      convolution(4),
      squeeze(4),
      convolution(4),
      { kind: 'fully-connected', units: 10 },
    ]);
    const { steps } = planNetwork(spec, { batchSize: 16, slices: 4, training: true });
    expect(steps.filter(({ layout }) => layout === 'images').map(({ name }) => name)).toEqual([
      'fully-connected1',
    ]);
  });

  it('refuses channels that are not its input’s', () => {
    const plan = () =>
      planNetwork(network([convolution(4), squeeze(5)]), { batchSize: 16, slices: 4, training: true });
    expect(plan).toThrow(UserError);
    expect(plan).toThrow(
      "squeeze-excitation1 (layer 2): expected channels as many as the input's, 6×6×4, found 5. Correct the channels.",
    );
  });

  it('is refused with options that it has not', () => {
    expect(() => network([squeeze(3, { gate: 'relu' })])).toThrow(UserError);
    expect(() => network([squeeze(3, { reduction: 0 })])).toThrow(UserError);
    expect(() => network([{ kind: 'squeeze-excitation' }])).toThrow('channels');
  });
});
