import { describe, expect, it } from 'vitest';
import type { WindowGeometry } from '../../src/kernels/geometry.js';
import { packedFloats, panelCount } from '../../src/kernels/interface/products.js';
import { referenceKernels as kernels } from '../../src/kernels/reference/reference.js';
import { outputFloats } from '../../src/kernels/reference/window.js';
import { makeWindow } from '../helpers/kernel-suite/windows.js';

const SCRATCH = new Float32Array(0);

/** One image through a convolution whose kernels are the rows of `f`, H·W·cIn × cOut. */
function convolve(g: WindowGeometry, x: number[], f: number[], bias: number[] | null = null): number[] {
  const rows = f.length / g.outputChannels;
  const columns = g.outputChannels / g.groups;
  const packed = new Float32Array(g.groups * packedFloats(rows, columns));
  for (let group = 0; group < g.groups; group++) {
    const matrix = Float32Array.from(f.slice(group * rows * columns, (group + 1) * rows * columns));
    const place = packed.subarray(group * packedFloats(rows, columns));
    kernels.pack(rows, columns, matrix, place, 0, panelCount(columns));
  }
  const y = new Float32Array(outputFloats(g));
  kernels.convolutionForward(
    g,
    Float32Array.from(x),
    packed,
    bias && Float32Array.from(bias),
    y,
    SCRATCH,
    0,
    1,
  );
  return [...y];
}

function poolMaximum(g: WindowGeometry, x: number[]): number[] {
  const y = new Float32Array(outputFloats(g));
  kernels.maxPoolingForward(g, Float32Array.from(x), y, 0, 1);
  return [...y];
}

describe('convolution by hand', () => {
  // Seed 000: a 5×5 image and a 3×3 filter.
  const image = [1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0];
  const filter = [1, 0, 1, 0, 1, 0, 1, 0, 1];

  it('slides a 3×3 filter over a 5×5 image', () => {
    const g = makeWindow({ input: [5, 5, 1], kernel: [3, 3] });
    expect(convolve(g, image, filter)).toEqual([4, 3, 4, 2, 4, 3, 2, 3, 4]);
  });

  it('slides it two pixels at a time', () => {
    const g = makeWindow({ input: [5, 5, 1], kernel: [3, 3], stride: [2, 2] });
    expect(convolve(g, image, filter)).toEqual([4, 4, 2, 4]);
  });

  it('adds the bias', () => {
    const g = makeWindow({ input: [5, 5, 1], kernel: [3, 3], stride: [2, 2] });
    expect(convolve(g, image, filter, [0.5])).toEqual([4.5, 4.5, 2.5, 4.5]);
  });

  // Seed 004, equation 15.19.
  it('sums 2×2 blocks of a 3×4 matrix', () => {
    const g = makeWindow({ input: [3, 4, 1], kernel: [2, 2] });
    expect(convolve(g, [1, 2, 3, 1, 4, 5, 6, 1, 7, 8, 9, 1], [1, 1, 1, 1])).toEqual([12, 16, 11, 24, 28, 17]);
  });

  it('takes padding as zeros, on the sides that have it', () => {
    const g = makeWindow({ input: [2, 2, 1], kernel: [2, 2], padding: [1, 0, 0, 1] });
    expect(convolve(g, [1, 2, 3, 4], [1, 10, 100, 1000])).toEqual([2100, 200, 4321, 402]);
  });

  it('sums over input channels and has a filter for each output channel', () => {
    const g = makeWindow({ input: [1, 2, 2], kernel: [1, 1], outputChannels: 3 });
    // Pixels (1, 2) and (3, 4); F has a row for each input channel.
    expect(convolve(g, [1, 2, 3, 4], [1, 0, 5, 0, 1, 5], [0, 0, 1])).toEqual([1, 2, 16, 3, 4, 36]);
  });

  it('convolves groups of channels each by itself', () => {
    const g = makeWindow({ input: [1, 2, 4], kernel: [1, 2], outputChannels: 2, groups: 2 });
    // Pixels (1, 2, 3, 4) and (5, 6, 7, 8); a matrix of four rows for each group.
    const x = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const f = [1, 10, 100, 1000, 2, 0, 0, 1];
    expect(convolve(g, [...x], f, [0, 0.5])).toEqual([6521, 14.5]);

    const packed = new Float32Array(2 * packedFloats(1, 4));
    kernels.packTransposed(4, 1, Float32Array.from(f.slice(0, 4)), packed, 0, 1);
    kernels.packTransposed(4, 1, Float32Array.from(f.slice(4)), packed.subarray(packed.length / 2), 0, 1);
    const dy = Float32Array.of(3, 7);
    const dx = new Float32Array(8);
    kernels.convolutionInputGradient(g, dy, packed, dx, SCRATCH, 0, 1);
    expect([...dx]).toEqual([3, 30, 14, 0, 300, 3000, 0, 7]);

    const df = new Float32Array(8);
    kernels.convolutionKernelGradient(g, x, dy, df, SCRATCH, 0, 1, 1, 6);
    expect([...df]).toEqual([0, 6, 15, 18, 21, 28, 49, 0]);
  });

  it('carries gradients back through the windows (15.48) and to the kernel (15.38)', () => {
    const g = makeWindow({ input: [2, 3, 1], kernel: [2, 2] });
    const x = Float32Array.of(1, 2, 3, 4, 5, 6);
    const f = Float32Array.of(1, 2, 3, 4);
    const dy = Float32Array.of(10, 100);

    const packed = new Float32Array(packedFloats(1, 4));
    kernels.packTransposed(4, 1, f, packed, 0, 1);
    const dx = new Float32Array(6);
    kernels.convolutionInputGradient(g, dy, packed, dx, SCRATCH, 0, 1);
    expect([...dx]).toEqual([10, 120, 200, 30, 340, 400]);

    const df = new Float32Array(4);
    kernels.convolutionKernelGradient(g, x, dy, df, SCRATCH, 0, 1, 0, 4);
    expect([...df]).toEqual([210, 320, 540, 650]);
  });
});

describe('pooling by hand', () => {
  // Seed 004, figure 15.5: the 9 is the greatest of two windows.
  const matrix = [1, 2, 3, 1, 4, 5, 6, 1, 7, 8, 9, 1];
  const g = makeWindow({ input: [3, 4, 1], kernel: [2, 2] });

  it('adds up the gradients of overlapping windows', () => {
    const y = poolMaximum(g, matrix);
    expect(y).toEqual([5, 6, 6, 8, 9, 9]);
    const dx = new Float32Array(12);
    const dy = Float32Array.of(1, 10, 100, 1000, 10_000, 100_000);
    kernels.maxPoolingBackward(g, Float32Array.from(matrix), Float32Array.from(y), dy, dx, 0, 1);
    expect([...dx]).toEqual([0, 0, 0, 0, 0, 1, 110, 0, 0, 1000, 110_000, 0]);
  });

  it('settles ties by the first maximum in row order', () => {
    const window = makeWindow({ input: [2, 2, 1], kernel: [2, 2] });
    const dx = new Float32Array(4);
    kernels.maxPoolingBackward(
      window,
      Float32Array.of(1, 7, 7, 7),
      Float32Array.of(7),
      Float32Array.of(3),
      dx,
      0,
      1,
    );
    expect([...dx]).toEqual([0, 3, 0, 0]);
  });

  it('never lets padding win', () => {
    const padded = makeWindow({ input: [1, 1, 2], kernel: [3, 3], padding: [1, 1, 1, 1] });
    expect(poolMaximum(padded, [-5, -Infinity])).toEqual([-5, -Infinity]);
  });

  it("pools what padding below and to the right lets windows reach, as MatConvNet's CIFAR-quick", () => {
    const padded = makeWindow({ input: [4, 4, 1], kernel: [3, 3], stride: [2, 2], padding: [0, 1, 0, 1] });
    const x = Array.from({ length: 16 }, (_, i) => i - 20);
    expect(poolMaximum(padded, x)).toEqual([-10, -9, -6, -5]);
    // 9, 6, 6 and 4 elements lie inside the input.
    const y = new Float32Array(4);
    kernels.averagePoolingForward(padded, Float32Array.from(x), y, false, 0, 1);
    expect([...y]).toEqual([-15, -13.5, -9, -7.5]);
    const dx = new Float32Array(16);
    kernels.averagePoolingBackward(padded, Float32Array.of(9, 6, 6, 4), dx, false, 0, 1);
    expect([...dx]).toEqual([1, 1, 2, 1, 1, 1, 2, 1, 2, 2, 4, 2, 1, 1, 2, 1]);
    kernels.averagePoolingForward(padded, Float32Array.from(x), y, true, 0, 1);
    expect([...y]).toEqual([-15, -9, -6, Math.fround(-30 / 9)]);
  });

  it('averages over valid elements or over whole windows', () => {
    const padded = makeWindow({ input: [1, 3, 1], kernel: [1, 2], stride: [1, 2], padding: [0, 0, 1, 0] });
    const x = Float32Array.of(6, 2, 4);
    const y = new Float32Array(2);
    const dx = new Float32Array(3);
    const dy = Float32Array.of(8, 2);
    kernels.averagePoolingForward(padded, x, y, false, 0, 1);
    kernels.averagePoolingBackward(padded, dy, dx, false, 0, 1);
    expect([...y, ...dx]).toEqual([6, 3, 8, 1, 1]);
    kernels.averagePoolingForward(padded, x, y, true, 0, 1);
    kernels.averagePoolingBackward(padded, dy, dx, true, 0, 1);
    expect([...y, ...dx]).toEqual([3, 3, 4, 1, 1]);
  });
});

describe('products and sums by hand', () => {
  it('multiplies matrices, plain and transposed', () => {
    const a = Float32Array.of(1, 2, 3, 4);
    const b = Float32Array.of(5, 6, 7, 8);
    const packed = new Float32Array(packedFloats(2, 2));
    const c = new Float32Array(4);
    kernels.pack(2, 2, b, packed, 0, 1);
    kernels.matmul(2, 2, 2, a, packed, null, c, SCRATCH, 0, 1);
    expect([...c]).toEqual([19, 22, 43, 50]);
    kernels.packTransposed(2, 2, b, packed, 0, 1);
    kernels.matmul(2, 2, 2, a, packed, Float32Array.of(0.5, 0.25), c, SCRATCH, 0, 1);
    expect([...c]).toEqual([17.5, 23.25, 39.5, 53.25]);
  });

  it('takes moments of each channel over some rows', () => {
    const x = Float32Array.of(99, 99, 1, 10, 3, 10, 5, 40);
    const mean = new Float32Array(2);
    const squares = new Float32Array(2);
    kernels.channelMoments(2, x, mean, squares, SCRATCH, 1, 3);
    expect([...mean, ...squares]).toEqual([3, 20, 8, 600]);

    const sums = new Float32Array(2);
    const products = new Float32Array(2);
    const dy = Float32Array.of(99, 99, 1, 2, 3, 4, 5, 6);
    kernels.channelGradientSums(2, x, dy, mean, sums, products, SCRATCH, 1, 3);
    expect([...sums, ...products]).toEqual([9, 12, 8, 60]);
    kernels.sumRows(2, x, sums, SCRATCH, 2, 2);
    expect([...sums]).toEqual([8, 50]);
  });

  it('finds no moments in no rows', () => {
    const mean = Float32Array.of(NaN);
    const squares = Float32Array.of(NaN);
    kernels.channelMoments(1, Float32Array.of(7), mean, squares, SCRATCH, 0, 0);
    expect([...mean, ...squares]).toEqual([0, 0]);
  });

  it('scales and combines channels', () => {
    const x = Float32Array.of(1, 2, 3, 4);
    const y = new Float32Array(4);
    kernels.scaleChannels(2, x, Float32Array.of(10, 100), Float32Array.of(1, 2), y, SCRATCH, 0, 2);
    expect([...y]).toEqual([11, 202, 31, 402]);
    const [a, b, d] = [Float32Array.of(1, 2), Float32Array.of(10, 20), Float32Array.of(100, 200)];
    kernels.combineChannels(2, x, Float32Array.of(5, 6, 7, 8), a, b, d, y, SCRATCH, 0, 2);
    expect([...y]).toEqual([115, 252, 137, 296]);
  });
});

describe('activations by hand', () => {
  it('computes the functions and their derivatives', () => {
    const x = Float32Array.of(-2, 0, 3, NaN);
    const y = new Float32Array(4);
    const dx = new Float32Array(4);
    const dy = Float32Array.of(5, 5, 5, 5);

    kernels.reluForward(x, y, 0, 4);
    kernels.reluBackward(y, dy, dx, 0, 4);
    expect([...y, ...dx]).toEqual([0, 0, 3, NaN, 0, 0, 5, 0]);

    kernels.sigmoidForward(x, y, 1, 1);
    kernels.sigmoidBackward(y, dy, dx, 1, 1);
    expect([y[1], dx[1]]).toEqual([0.5, 1.25]);

    kernels.tanhForward(Float32Array.of(Math.atanh(0.5)), y, 0, 1);
    kernels.tanhBackward(y, dy, dx, 0, 1);
    expect([y[0], dx[0]]).toEqual([0.5, 3.75]);
  });

  it('computes what leaks, bends or weighs negative inputs, and the derivatives', () => {
    const x = Float32Array.of(-2, 0, 3, NaN);
    const y = new Float32Array(4);
    const dx = new Float32Array(4);
    const dy = Float32Array.of(5, 5, 5, 5);

    kernels.leakyReluForward(x, y, 0.25, 0, 4);
    kernels.leakyReluBackward(y, dy, dx, 0.25, 0, 4);
    expect([...y, ...dx]).toEqual([-0.5, 0, 3, NaN, 1.25, 1.25, 5, 1.25]);

    kernels.eluForward(Float32Array.of(-Math.LN2, 0, 3, NaN), y, 2, 0, 4);
    kernels.eluBackward(y, dy, dx, 2, 0, 4);
    expect([...y, ...dx]).toEqual([-1, 0, 3, NaN, 5, 10, 5, NaN]);

    // Two channels with slopes ¼ and −3: dslope sums dy·x where x ≤ 0.
    const values = Float32Array.of(-2, 4, -8, -1);
    const slope = Float32Array.of(0.25, -3);
    const dSlope = new Float32Array(2);
    kernels.preluForward(2, values, slope, y, SCRATCH, 0, 2);
    kernels.preluBackward(2, values, dy, slope, dx, dSlope, SCRATCH, 0, 2);
    expect([...y, ...dx, ...dSlope]).toEqual([-0.5, 4, -2, 3, 1.25, 5, 1.25, -15, -50, -5]);
  });

  it('computes GELU, exact and by tanh', () => {
    // x·Φ(x) and Φ(x) + x·φ(x), from tables of the normal distribution.
    const x = Float32Array.of(-1, 0, 2);
    const y = new Float32Array(3);
    const dx = new Float32Array(3);
    kernels.geluForward(x, y, 0, 3);
    kernels.geluBackward(x, Float32Array.of(1, 1, 1), dx, 0, 3);
    const wanted = [-0.15865525, 0, 1.9544997, -0.08331547, 0.5, 1.0852318];
    for (const [i, value] of [...y, ...dx].entries()) expect(value).toBeCloseTo(wanted[i]!, 7);

    kernels.geluTanhForward(x, y, 0, 3);
    kernels.geluTanhBackward(x, Float32Array.of(1, 1, 1), dx, 0, 3);
    const approximate = [-0.158808, 0, 1.954598, -0.082964, 0.5, 1.086099];
    for (const [i, value] of [...y, ...dx].entries()) expect(value).toBeCloseTo(approximate[i]!, 6);
  });

  it('drops about the share asked for and scales the rest', () => {
    const ones = new Float32Array(10_000).fill(1);
    const y = new Float32Array(10_000);
    kernels.dropout(ones, y, 0.25, [1, 2], 3, Int32Array.of(4, 5), 5000, 0, 2);
    const kept = y.filter((value) => value !== 0);
    expect([...new Set(kept)]).toEqual([Math.fround(4 / 3)]);
    // Three deviations of a binomial distribution are 130.
    expect(Math.abs(kept.length - 7500)).toBeLessThan(130);
    expect(y.slice(0, 5000)).not.toEqual(y.slice(5000));
  });
});

describe('losses by hand', () => {
  function lose(
    method: 'softmaxCrossEntropy' | 'squaredError',
    outputs: number[],
    label: number,
    scale = 1,
    smoothing = 0,
  ) {
    const gradient = new Float32Array(outputs.length);
    const loss = new Float32Array(1);
    const predicted = new Uint8Array(1);
    const rank = new Uint8Array(1);
    const labels = Uint8Array.of(label);
    const logits = Float32Array.from(outputs);
    const results = [gradient, scale, loss, predicted, rank, 0, 1] as const;
    if (method === 'squaredError') kernels.squaredError(outputs.length, logits, labels, ...results);
    else kernels.softmaxCrossEntropy(outputs.length, logits, labels, smoothing, ...results);
    return { loss: loss[0], predicted: predicted[0], rank: rank[0], gradient: [...gradient] };
  }

  it('gives ln C for equal logits, however large', () => {
    for (const logit of [0, 1, 1e4, -1e4, 3e38]) {
      const result = lose('softmaxCrossEntropy', new Array<number>(10).fill(logit), 3);
      expect(result.loss).toBe(Math.fround(Math.log(10)));
      expect(result).toMatchObject({ predicted: 0, rank: 3 });
      expect(result.gradient).toEqual(
        Array.from({ length: 10 }, (_, c) => Math.fround(c === 3 ? -0.9 : 0.1)),
      );
    }
  });

  it('stays finite for logits of ±1e4', () => {
    expect(lose('softmaxCrossEntropy', [1e4, -1e4], 1, 0.5)).toEqual({
      loss: 2e4,
      predicted: 0,
      rank: 1,
      gradient: [0.5, -0.5],
    });
    expect(lose('softmaxCrossEntropy', [1e4, -1e4], 0).loss).toBe(0);
  });

  it('smooths labels as PyTorch does', () => {
    // cross_entropy(tensor([[1., 2., 0.]]), tensor([0]), label_smoothing=0.3): targets 0.8, 0.1, 0.1; log(e + e² + 1) = 2.407606;
    // softmax 0.244728, 0.665241, 0.090031.
    const { loss, gradient } = lose('softmaxCrossEntropy', [1, 2, 0], 0, 1, 0.3);
    expect(loss).toBeCloseTo(2.407606 - 0.8 * 1 - 0.1 * 2, 5);
    expect(gradient[0]).toBeCloseTo(0.244728 - 0.8, 5);
    expect(gradient[1]).toBeCloseTo(0.665241 - 0.1, 5);
    expect(gradient[2]).toBeCloseTo(0.090031 - 0.1, 5);
  });

  it('gives ln C for equal logits with any smoothing', () => {
    expect(lose('softmaxCrossEntropy', [5, 5, 5, 5], 2, 1, 1).loss).toBe(Math.fround(Math.log(4)));
  });

  it('ranks the label behind greater outputs and behind earlier equal ones', () => {
    expect(lose('softmaxCrossEntropy', [1, 5, 3, 5, 3, 0], 4)).toMatchObject({ predicted: 1, rank: 3 });
  });

  it('halves the squared distance to the label (15.6)', () => {
    expect(lose('squaredError', [1, 2, 0], 0, 10)).toEqual({
      loss: 2,
      predicted: 1,
      rank: 1,
      gradient: [0, 20, 0],
    });
  });
});

describe('input and parameters by hand', () => {
  it('assembles images by their ids', () => {
    const x = new Float32Array(4);
    const pixels = Uint8Array.of(0, 255, 10, 20, 30, 40);
    kernels.assembleImages(
      pixels,
      Int32Array.of(2, 0),
      Float32Array.of(10, 20),
      Float32Array.of(1, 0.5),
      x,
      2,
      0,
      2,
    );
    expect([...x]).toEqual([20, 10, -10, 117.5]);
  });

  it('adds partial sums in the order of the tree', () => {
    // (p0 + p3) + p2, and p1 + p4: 1e8 − 1e8 cancels before the small ones are lost.
    const partials = Float32Array.of(1e8, 1, 2, -1e8, 3);
    const out = new Float32Array(1);
    kernels.reducePartials(partials, 5, 1, out, 0, 1);
    expect(out[0]).toBe(6);
    kernels.reducePartials(Float32Array.of(1e8, 3, -1e8), 3, 1, out, 0, 1);
    expect(out[0]).toBe(3);
    kernels.reducePartials(Float32Array.of(1e8, -1e8, 3), 3, 1, out, 0, 1);
    expect(out[0]).toBe(0);
  });

  it('takes a step of SGD, plain, with momentum and as Nesterov', () => {
    const step = (nesterov: boolean) => {
      const w = Float32Array.of(2);
      const v = Float32Array.of(4);
      const finite = kernels.sgdUpdate(w, Float32Array.of(1), v, 0.5, 0.5, 0.25, nesterov, 0, 1);
      return [w[0], v[0], finite];
    };
    // g' = 1 + 0.25·2 = 1.5; v = 0.5·4 + 1.5 = 3.5.
    expect(step(false)).toEqual([2 - 0.5 * 3.5, 3.5, true]);
    expect(step(true)).toEqual([2 - 0.5 * (1.5 + 0.5 * 3.5), 3.5, true]);
  });

  it('says when a weight is no longer finite', () => {
    for (const gradient of [NaN, Infinity, 3e38]) {
      const w = new Float32Array(5);
      const finite = kernels.sgdUpdate(
        w,
        Float32Array.of(0, 0, gradient, 0, 0),
        new Float32Array(5),
        2,
        0,
        0,
        false,
        0,
        5,
      );
      expect(finite).toBe(false);
    }
  });

  it('says how far the weights have moved, and takes note of them', () => {
    const w = Float32Array.of(9, 1, -2, 3, 9);
    const previous = Float32Array.of(0, 1, 0.5, 4, 0);
    expect(kernels.measureChange(w, previous, 1, 3)).toBe(2.5);
    expect([...previous]).toEqual([0, 1, -2, 3, 0]);
    expect(kernels.measureChange(w, previous, 1, 3)).toBe(0);
  });
});
