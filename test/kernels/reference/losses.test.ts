import { describe, expect, it } from 'vitest';
import { referenceKernels as kernels } from '../../../src/kernels/reference/reference.js';

describe('losses by hand', () => {
  function lose(
    method: 'softmaxCrossEntropy' | 'squaredError',
    outputs: number[],
    label: number,
    scale = 1,
    smoothing = 0,
    { second, classWeights }: { second?: { label: number; share: number }; classWeights?: number[] } = {},
  ) {
    const gradient = new Float32Array(outputs.length);
    const loss = new Float32Array(1);
    const predicted = new Uint16Array(1);
    const rank = new Uint16Array(1);
    const arrays = {
      classes: outputs.length,
      outputs: Float32Array.from(outputs),
      labels: Uint16Array.of(label),
      secondLabels: second ? Uint16Array.of(second.label) : null,
      secondShares: second ? Float32Array.of(second.share) : null,
      classWeights: classWeights ? Float32Array.from(classWeights) : null,
      dOutputs: gradient,
      loss,
      predicted,
      rank,
    };
    if (method === 'squaredError') kernels.bindSquaredError(arrays)(scale, 0, 1);
    else kernels.bindSoftmaxCrossEntropy({ ...arrays, smoothing })(scale, 0, 1);
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

  it('takes a share of a second label into the target', () => {
    // Softmax as above; the target is 0.75, 0, 0.25, smoothed by 0.3 it is 0.625, 0.1, 0.275.
    const mixed = (smoothing: number) =>
      lose('softmaxCrossEntropy', [1, 2, 0], 0, 1, smoothing, { second: { label: 2, share: 0.25 } });
    expect(mixed(0).loss).toBeCloseTo(2.407606 - 0.75, 5);
    expect(mixed(0).gradient[2]).toBeCloseTo(0.090031 - 0.25, 5);
    expect(mixed(0.3).loss).toBeCloseTo(2.407606 - 0.625 - 0.1 * 2, 5);
    expect(mixed(0.3).gradient[0]).toBeCloseTo(0.244728 - 0.625, 5);
    expect(mixed(0)).toMatchObject({ predicted: 1, rank: 1 });
    const squared = lose('squaredError', [1, 2, 0], 0, 2, 0, { second: { label: 2, share: 0.25 } });
    expect(squared).toMatchObject({ loss: (1 / 16 + 4 + 1 / 16) / 2, gradient: [0.5, 4, -0.5] });
  });

  it('counts an image as much as the class weights of its labels say', () => {
    const classWeights = [4, 2, 8];
    const plain = lose('squaredError', [1, 2, 0], 1);
    const weighted = lose('squaredError', [1, 2, 0], 1, 1, 0, { classWeights });
    expect(weighted).toEqual({
      ...plain,
      loss: 2 * plain.loss!,
      gradient: plain.gradient.map((value) => 2 * value),
    });
    const second = { label: 2, share: 0.25 };
    const mixed = lose('softmaxCrossEntropy', [1, 2, 0], 0, 1, 0, { second, classWeights });
    expect(mixed.loss).toBeCloseTo(5 * (2.407606 - 0.75), 4);
    expect(mixed.gradient[1]).toBeCloseTo(5 * 0.665241, 4);
  });

  it('gives ln C for equal logits with any smoothing', () => {
    expect(lose('softmaxCrossEntropy', [5, 5, 5, 5], 2, 1, 1).loss).toBe(Math.fround(Math.log(4)));
  });

  it('ranks the label behind greater outputs and behind earlier equal ones', () => {
    expect(lose('softmaxCrossEntropy', [1, 5, 3, 5, 3, 0], 4)).toMatchObject({ predicted: 1, rank: 3 });
  });

  it.each(['softmaxCrossEntropy', 'squaredError'] as const)(
    'takes no output for right that is not a number: %s',
    (method) => {
      const nan = Number.NaN;
      // The label has none, whatever the others have; the only one that has one; all but the label's.
      expect(lose(method, [nan, nan, nan], 0)).toMatchObject({ rank: 65_535, loss: nan });
      expect(lose(method, [nan], 0)).toMatchObject({ rank: 65_535, loss: nan });
      expect(lose(method, [nan, -2, 3, nan], 3)).toMatchObject({ predicted: 2, rank: 65_535, loss: nan });
      expect(lose(method, [nan, 3, nan], 1)).toMatchObject({ predicted: 1, rank: 0, loss: nan });
      expect(lose(method, [nan, 3, 4], 1)).toMatchObject({ predicted: 2, rank: 1, loss: nan });
    },
  );

  it.each(['softmaxCrossEntropy', 'squaredError'] as const)(
    'has no loss for outputs that are infinite: %s',
    (method) => {
      for (const label of [0, 1]) {
        expect(lose(method, [1, Number.NEGATIVE_INFINITY], label)).toMatchObject({
          loss: Number.NaN,
          rank: label,
        });
        expect(lose(method, [1, Number.POSITIVE_INFINITY], label)).toMatchObject({
          loss: Number.NaN,
          predicted: 1,
        });
      }
    },
  );

  it('halves the squared distance to the label (15.6)', () => {
    expect(lose('squaredError', [1, 2, 0], 0, 10)).toEqual({
      loss: 2,
      predicted: 1,
      rank: 1,
      gradient: [0, 20, 0],
    });
  });
});
