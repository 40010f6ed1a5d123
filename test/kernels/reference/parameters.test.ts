import { describe, expect, it } from 'vitest';
import { referenceKernels as kernels } from '../../../src/kernels/reference/reference.js';

describe('input and parameters by hand', () => {
  it('assembles images by their ids', () => {
    const x = new Float32Array(4);
    const pixels = Uint8Array.of(0, 255, 10, 20, 30, 40);
    kernels.bindAssembleImages({
      pixels,
      sampleIds: Int32Array.of(2, 0),
      mean: Float32Array.of(10, 20),
      scale: Float32Array.of(1, 0.5),
      x,
      floatsPerImage: 2,
    })(0, 2);
    expect([...x]).toEqual([20, 10, -10, 117.5]);
  });

  it('adds partial sums in the order of the tree', () => {
    // (p0 + p3) + p2, and p1 + p4: 1e8 − 1e8 cancels before the small ones are lost.
    const partials = Float32Array.of(1e8, 1, 2, -1e8, 3);
    const out = new Float32Array(1);
    const reduce = (values: Float32Array) =>
      kernels.bindReducePartials({ partials: values, stride: 1, sum: out })(values.length, 0, 1);
    reduce(partials);
    expect(out[0]).toBe(6);
    reduce(Float32Array.of(1e8, 3, -1e8));
    expect(out[0]).toBe(3);
    reduce(Float32Array.of(1e8, -1e8, 3));
    expect(out[0]).toBe(0);
  });

  it('takes a step of SGD, plain, with momentum and as Nesterov', () => {
    const step = (nesterov: boolean) => {
      const w = Float32Array.of(2);
      const v = Float32Array.of(4);
      const g = Float32Array.of(1);
      const update = kernels.bindSgdUpdate({ w, g, v, momentum: 0.5, weightDecay: 0.25, nesterov });
      const finite = update(0.5, 0, 1);
      return [w[0], v[0], finite];
    };
    // g' = 1 + 0.25·2 = 1.5; v = 0.5·4 + 1.5 = 3.5.
    expect(step(false)).toEqual([2 - 0.5 * 3.5, 3.5, true]);
    expect(step(true)).toEqual([2 - 0.5 * (1.5 + 0.5 * 3.5), 3.5, true]);
  });

  it('says when a weight is no longer finite', () => {
    for (const gradient of [NaN, Infinity, 3e38]) {
      const w = new Float32Array(5);
      const g = Float32Array.of(0, 0, gradient, 0, 0);
      const v = new Float32Array(5);
      const update = kernels.bindSgdUpdate({ w, g, v, momentum: 0, weightDecay: 0, nesterov: false });
      expect(update(2, 0, 5)).toBe(false);
    }
  });

  it('says how far the weights have moved, and takes note of them', () => {
    const w = Float32Array.of(9, 1, -2, 3, 9);
    const previous = Float32Array.of(0, 1, 0.5, 4, 0);
    const measure = kernels.bindMeasureChange({ w, previous });
    expect(measure(1, 3)).toBe(2.5);
    expect([...previous]).toEqual([0, 1, -2, 3, 0]);
    expect(measure(1, 3)).toBe(0);
  });

  it('averages weights', () => {
    const [w, slow] = [Float32Array.of(9, 3, 5, 9), Float32Array.of(1, 1, 1, 1)];
    kernels.bindAverageWeights({ w, slow })(0.25, 1, 2);
    expect([...slow]).toEqual([1, 1.5, 2, 1]);
    expect([...w]).toEqual([9, 1.5, 2, 9]);
  });
});
