import { describe, expect, it } from 'vitest';
import { referenceKernels as kernels } from '../../../src/kernels/reference/reference.js';

describe('the squared distance to targets by hand (15.6)', () => {
  function lose(outputs: number[], sampleIds: number[], scale = 1) {
    const dOutputs = new Float32Array(outputs.length);
    const loss = new Float32Array(sampleIds.length);
    kernels.bindSquaredDistance({
      components: 2,
      outputs: Float32Array.from(outputs),
      targets: Float32Array.of(0, 0, 1, -2, 5, 5),
      sampleIds: Int32Array.from(sampleIds),
      dOutputs,
      loss,
    })(scale, 0, sampleIds.length);
    return { loss: [...loss], gradient: [...dOutputs] };
  }

  it('halves the squares, each image by the targets of its own sample', () => {
    expect(lose([3, 4, 2, 1], [0, 1])).toEqual({ loss: [12.5, 5], gradient: [3, 4, 1, 3] });
  });

  it('scales the gradient alone', () => {
    expect(lose([3, 1], [1], 0.5)).toEqual({ loss: [6.5], gradient: [1, 1.5] });
  });

  it.each([Number.NaN, Infinity, -Infinity])('has no loss for an output of %s', (value) => {
    expect(lose([1, value], [2]).loss).toEqual([Number.NaN]);
  });
});
