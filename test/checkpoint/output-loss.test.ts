import { describe, expect, it } from 'vitest';
import { averageOutputs, computeOutputLoss } from '../../src/checkpoint/output-loss.js';

const CROSS_ENTROPY = { kind: 'softmax-cross-entropy', labelSmoothing: 0 } as const;
const SQUARED = { kind: 'squared-l2', labelSmoothing: 0 } as const;

describe('the loss of outputs', () => {
  it('is the cross-entropy of logits, however far they lie apart', () => {
    expect(computeOutputLoss([Float32Array.of(Math.log(3), 0)], [0], CROSS_ENTROPY)).toBeCloseTo(
      Math.log(4 / 3),
      6,
    );
    // The probability of the label is 0 as a double.
    expect(
      computeOutputLoss([Float32Array.of(800, 0), Float32Array.of(0, 0)], [1, 1], CROSS_ENTROPY),
    ).toBeCloseTo((800 + Math.LN2) / 2, 4);
  });

  it('is half the squared distance from the unit vector, also of outputs below 0', () => {
    expect(computeOutputLoss([Float32Array.of(-1, 0.5)], [1], SQUARED)).toBeCloseTo((1 + 0.25) / 2, 6);
  });

  it('has smoothed labels', () => {
    const outputs = [Float32Array.of(1, 0)];
    const of = (label: number) => computeOutputLoss(outputs, [label], CROSS_ENTROPY);
    const smoothed = computeOutputLoss(outputs, [0], { ...CROSS_ENTROPY, labelSmoothing: 0.2 });
    expect(smoothed).toBeCloseTo(0.9 * of(0) + 0.1 * of(1), 6);
  });
});

describe('outputs of several networks', () => {
  it('are the logarithms of their mean probabilities', () => {
    const mean = averageOutputs([Float32Array.of(Math.log(3), 0), Float32Array.of(7, 7)], CROSS_ENTROPY.kind);
    expect(Math.exp(mean[0]!)).toBeCloseTo((0.75 + 0.5) / 2, 6);
    expect(Math.exp(mean[1]!)).toBeCloseTo((0.25 + 0.5) / 2, 6);
    const far = averageOutputs([Float32Array.of(800, 0), Float32Array.of(900, 0)], CROSS_ENTROPY.kind);
    expect(computeOutputLoss([far], [1], CROSS_ENTROPY)).toBeCloseTo(800 + Math.LN2, 3);
  });

  it('are the mean of those that estimate a unit vector', () => {
    expect(averageOutputs([Float32Array.of(-1, 2), Float32Array.of(2, 1)], SQUARED.kind)).toEqual(
      Float32Array.of(0.5, 1.5),
    );
  });
});
