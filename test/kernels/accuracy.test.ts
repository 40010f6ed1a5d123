import { describe, expect, it } from 'vitest';
import { normalCumulative, normalDensity } from '../../src/kernels/reference/normal.js';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';

/** float32's epsilon: twice the greatest relative error of rounding. */
const EPSILON = 2 ** -23;

/** Numbers spread evenly over [low, high], and as many of each sign spread over all magnitudes down to 2^−100. */
function spread(low: number, high: number, count = 40_000): Float32Array {
  return Float32Array.from({ length: 3 * count }, (_, i) => {
    const share = (i % count) / count;
    if (i < count) return low + (high - low) * share;
    return (i < 2 * count ? low : high) * 2 ** (-100 * share);
  });
}

/** The greatest error of float32 values, relative to the exact ones' magnitude or absolute. */
function greatestError(
  x: Float32Array,
  values: Float32Array,
  exact: (x: number) => number,
  relative: boolean,
): number {
  return x.reduce((greatest, value, i) => {
    const wanted = exact(value);
    const error = Math.abs(values[i]! - wanted) / (relative ? Math.abs(wanted) : 1);
    return error <= greatest ? greatest : error;
  }, 0);
}

describe('the normal distribution in float64', () => {
  // Computed with 50 digits, rounded.
  it.each([
    [0, 0.5],
    [0.5, 0.6914624612740131],
    [-1, 0.15865525393145705],
    [-2.5, 0.006209665325776135],
    [2.9, 0.998134186699616],
    [-2.999, 0.0013543365337271066],
    [-3, 0.0013498980316300946],
    [-5, 2.866515718791939e-7],
    [-8, 6.220960574271784e-16],
    [-12, 1.776482112077679e-33],
    [7, 0.9999999999987201],
  ])('is right at %d', (x, wanted) => {
    expect(Math.abs(normalCumulative(x) / wanted - 1)).toBeLessThan(2e-13);
  });
});

describe.each(availableKernelNames().filter((name) => name !== 'reference'))('functions of %s', (name) => {
  const kernels = loadKernels(name);
  // Without fused multiply-add the square in the normal density's exponent is rounded.
  const fused = name !== 'baseline';
  const ones = (length: number) => new Float32Array(length).fill(1);
  const runForward = (activation: string, x: Float32Array, y: Float32Array, coefficient = 0) =>
    kernels.activations[activation]!.bindForward({ x, y, coefficient })(0, x.length);
  const runBackward = (activation: string, from: Float32Array, dx: Float32Array) =>
    kernels.activations[activation]!.bindBackward({ from, dy: ones(from.length), dx, coefficient: 0 })(
      0,
      from.length,
    );

  it('GELU keeps its relative precision far into the left tail', () => {
    const x = spread(-12.5, 12.5);
    const y = new Float32Array(x.length);
    runForward('gelu', x, y);
    const error = greatestError(x, y, (value) => value * normalCumulative(value), true);
    expect(error).toBeLessThan((fused ? 5 : 50) * EPSILON);
  });

  it("GELU's derivative is within 2 epsilons", () => {
    const x = spread(-20, 20);
    const dx = new Float32Array(x.length);
    runBackward('gelu', x, dx);
    const slope = (value: number) => normalCumulative(value) + value * normalDensity(value);
    expect(greatestError(x, dx, slope, false)).toBeLessThan(2 * EPSILON);
  });

  it("GELU's tanh form and its derivative are within 2 epsilons of the magnitude", () => {
    const x = spread(-20, 20);
    const y = new Float32Array(x.length);
    const root = Math.sqrt(2 / Math.PI);
    const tanh = (value: number) => Math.tanh(root * (value + 0.044715 * value ** 3));
    runForward('gelu-tanh', x, y);
    const perUnit = y.map((value, i) => value / Math.max(1, Math.abs(x[i]!)));
    const wanted = (value: number) => (0.5 * value * (1 + tanh(value))) / Math.max(1, Math.abs(value));
    expect(greatestError(x, perUnit, wanted, false)).toBeLessThan(2 * EPSILON);

    runBackward('gelu-tanh', x, y);
    const slope = (value: number) => {
      const t = tanh(value);
      return 0.5 * (1 + t) + 0.5 * value * (1 - t * t) * root * (1 + 3 * 0.044715 * value ** 2);
    };
    expect(greatestError(x, y, slope, false)).toBeLessThan(2 * EPSILON);
  });

  it('ELU keeps its relative precision near zero', () => {
    const x = spread(-100, 10);
    const y = new Float32Array(x.length);
    runForward('elu', x, y, 1);
    const exact = (value: number) => (value > 0 ? value : Math.expm1(value));
    expect(greatestError(x, y, exact, true)).toBeLessThan(EPSILON);
  });
});
