import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { finish } from '../../src/core/pieces.js';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';
import {
  type Initializer,
  initialize,
  initializerSchema,
  kernelInitializerSchema,
} from '../../src/layers/initializer.js';
import type { KernelShape } from '../../src/layers/kernel-shape.js';

const COUNT = 20_000;
const FAN = { fanIn: 50, fanOut: 30 };

function draw(initializer: Initializer, kernels = availableKernelNames()[0]!): Float32Array {
  const values = new Float32Array(COUNT).fill(Number.NaN);
  const source = { key: [12, 34], kernels: loadKernels(kernels), images: null } as const;
  finish(initialize(values, initializer, FAN, source));
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
  ['pytorch', 1 / Math.sqrt(3 * 50), 'uniform', 'b81fb4de017c460d'],
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

describe('dirac', () => {
  const drawKernel = (initializer: unknown, kernel: KernelShape) => {
    const { height, width, inputs, outputs, groups } = kernel;
    const values = new Float32Array(groups * height * width * inputs * outputs).fill(Number.NaN);
    const sizes = { fanIn: height * width * inputs, fanOut: height * width * outputs, kernel };
    const source = { key: [1, 2], kernels: loadKernels('reference'), images: null } as const;
    finish(initialize(values, kernelInitializerSchema.parse(initializer), sizes, source));
    return values;
  };
  const SHAPE = { height: 3, width: 5, inputs: 4, outputs: 6, groups: 1 };

  it('hands on each input channel in a filter of its own', () => {
    const values = drawKernel({ kind: 'dirac', rest: 'zero' }, SHAPE);
    const ones = [...values.keys()].filter((i) => values[i] !== 0);
    // Row 1 of 3 and column 2 of 5, and there the channel of the filter.
    expect(ones).toEqual([0, 1, 2, 3].map((d) => ((1 * 5 + 2) * 4 + d) * 6 + d));
    expect(ones.every((i) => values[i] === 1)).toBe(true);
  });

  it('leaves the other filters to the rest, he by default', () => {
    const [values, he, identity] = ['dirac', 'he', { kind: 'dirac', rest: 'zero' }].map((initializer) =>
      drawKernel(initializer, SHAPE),
    );
    for (let i = 0; i < values!.length; i++) expect(values![i]).toBe(i % 6 < 4 ? identity![i] : he![i]);
  });

  it('is the identity of as many channels as there are, in each group', () => {
    const values = drawKernel(
      { kind: 'dirac', rest: { kind: 'constant', value: 5 } },
      {
        height: 1,
        width: 1,
        inputs: 3,
        outputs: 2,
        groups: 2,
      },
    );
    expect([...values]).toEqual([1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0]);
  });
});
