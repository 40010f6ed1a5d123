import { describe, expect, it } from 'vitest';
import { referenceKernels as kernels } from '../../../src/kernels/reference/reference.js';

/** The function's values and its derivatives, of both what it is said to read. */
function run(
  name: string,
  x: Float32Array,
  y: Float32Array,
  dy: Float32Array,
  dx: Float32Array,
  coefficient = 0,
) {
  const { bindForward, bindBackward } = kernels.activations[name]!;
  bindForward({ x, y, coefficient })(0, x.length);
  const from = name.startsWith('gelu') ? x : y;
  bindBackward({ from, dy, dx, coefficient })(0, x.length);
}

describe('activations by hand', () => {
  it('computes the functions and their derivatives', () => {
    const x = Float32Array.of(-2, 0, 3, NaN);
    const y = new Float32Array(4);
    const dx = new Float32Array(4);
    const dy = Float32Array.of(5, 5, 5, 5);

    run('relu', x, y, dy, dx);
    expect([...y, ...dx]).toEqual([0, 0, 3, NaN, 0, 0, 5, 0]);

    run('sigmoid', x, y, dy, dx);
    expect([y[1], dx[1]]).toEqual([0.5, 1.25]);

    run('tanh', Float32Array.of(Math.atanh(0.5)), y, dy, dx);
    expect([y[0], dx[0]]).toEqual([0.5, 3.75]);
  });

  it('computes what leaks, bends or weighs negative inputs, and the derivatives', () => {
    const x = Float32Array.of(-2, 0, 3, NaN);
    const y = new Float32Array(4);
    const dx = new Float32Array(4);
    const dy = Float32Array.of(5, 5, 5, 5);

    run('leaky-relu', x, y, dy, dx, 0.25);
    expect([...y, ...dx]).toEqual([-0.5, 0, 3, NaN, 1.25, 1.25, 5, 1.25]);

    run('elu', Float32Array.of(-Math.LN2, 0, 3, NaN), y, dy, dx, 2);
    expect([...y, ...dx]).toEqual([-1, 0, 3, NaN, 5, 10, 5, NaN]);

    // Two channels with slopes ¼ and −3: dslope sums dy·x where x ≤ 0.
    const values = Float32Array.of(-2, 4, -8, -1);
    const slope = Float32Array.of(0.25, -3);
    const dSlope = new Float32Array(2);
    kernels.bindPreluForward({ channels: 2, x: values, slope, y })(0, 2);
    kernels.bindPreluBackward({ channels: 2, x: values, dy, slope, dx, dSlope })(0, 2);
    expect([...y, ...dx, ...dSlope]).toEqual([-0.5, 4, -2, 3, 1.25, 5, 1.25, -15, -50, -5]);
  });

  it('computes GELU, exact and by tanh', () => {
    // x·Φ(x) and Φ(x) + x·φ(x), from tables of the normal distribution.
    const x = Float32Array.of(-1, 0, 2);
    const y = new Float32Array(3);
    const dx = new Float32Array(3);
    run('gelu', x, y, Float32Array.of(1, 1, 1), dx);
    const wanted = [-0.15865525, 0, 1.9544997, -0.08331547, 0.5, 1.0852318];
    for (const [i, value] of [...y, ...dx].entries()) expect(value).toBeCloseTo(wanted[i]!, 7);

    run('gelu-tanh', x, y, Float32Array.of(1, 1, 1), dx);
    const approximate = [-0.158808, 0, 1.954598, -0.082964, 0.5, 1.086099];
    for (const [i, value] of [...y, ...dx].entries()) expect(value).toBeCloseTo(approximate[i]!, 6);
  });

  it('drops about the share asked for and scales the rest', () => {
    const ones = new Float32Array(10_000).fill(1);
    const y = new Float32Array(10_000);
    const sampleIds = Int32Array.of(4, 5);
    const drop = kernels.bindDropout({
      x: ones,
      y,
      rate: 0.25,
      key: [1, 2],
      sampleIds,
      floatsPerImage: 5000,
    });
    drop(3, 0, 2);
    const kept = y.filter((value) => value !== 0);
    expect([...new Set(kept)]).toEqual([Math.fround(4 / 3)]);
    // Three deviations of a binomial distribution are 130.
    expect(Math.abs(kept.length - 7500)).toBeLessThan(130);
    expect(y.slice(0, 5000)).not.toEqual(y.slice(5000));
  });
});
