import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';
import { type Initializer, initialize, initializerSchema } from '../../src/layers/initializer.js';

const COUNT = 20_000;
const FAN = { fanIn: 50, fanOut: 30 };

function draw(initializer: Initializer, kernels = availableKernelNames()[0]!): Float32Array {
  const values = new Float32Array(COUNT).fill(Number.NaN);
  initialize(values, initializer, FAN, [12, 34], loadKernels(kernels));
  return values;
}

const hashOf = (values: Float32Array) =>
  createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex').slice(0, 16);

describe.each<[Initializer | string, number, 'normal' | 'uniform', string]>([
  [{ kind: 'gaussian', std: 0.01 }, 0.01, 'normal', '7af566b48420bc1d'],
  ['he', Math.sqrt(2 / 50), 'normal', 'd7cdab634789fe69'],
  [{ kind: 'he', distribution: 'uniform' }, Math.sqrt(2 / 50), 'uniform', 'e1626e59a04271bb'],
  [{ kind: 'glorot', distribution: 'normal' }, Math.sqrt(2 / 80), 'normal', 'bc2a99cf1ca680c3'],
  ['glorot', Math.sqrt(2 / 80), 'uniform', 'd7f6b0fb9e065060'],
])('%j', (short, deviation, distribution, hash) => {
  const initializer = initializerSchema.parse(short);

  it('has mean 0 and its deviation', () => {
    const values = draw(initializer);
    const mean = values.reduce((sum, value) => sum + value, 0) / COUNT;
    const variance = values.reduce((sum, value) => sum + value * value, 0) / COUNT;
    expect(Math.abs(mean)).toBeLessThan((4 * deviation) / Math.sqrt(COUNT));
    expect(Math.sqrt(variance) / deviation).toBeCloseTo(1, 1);
    const reach = Math.max(...values.map(Math.abs)) / deviation;
    if (distribution === 'uniform') expect(reach).toBeLessThanOrEqual(Math.fround(Math.sqrt(3)) + 1e-6);
    else expect(reach).toBeGreaterThan(3);
  });

  it.each(availableKernelNames())('is what recorded runs began with (%s)', (name) => {
    expect(hashOf(draw(initializer, name))).toBe(hash);
  });
});

it.each<[Initializer, number]>([
  [{ kind: 'zero' }, 0],
  [{ kind: 'constant', value: 0.25 }, 0.25],
])('%j fills', (initializer, value) => {
  expect(draw(initializer).every((drawn) => drawn === value)).toBe(true);
});
