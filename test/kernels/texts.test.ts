import { describe, expect, it } from 'vitest';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';

// What the texts say of activations and losses in numbers; convolution and pooling are in test/mathematics.
describe.each(availableKernelNames())("the texts' activations and losses on %s", (name) => {
  const kernels = loadKernels(name);
  const x = Float32Array.from({ length: 161 }, (_, i) => (i - 80) / 10);
  const ones = new Float32Array(x.length).fill(1);
  const run = (compute: (to: Float32Array) => void) => {
    const to = new Float32Array(x.length).fill(Number.NaN);
    compute(to);
    return to;
  };

  const runForward = (activation: string) =>
    run((y) => kernels.activations[activation]!.bindForward({ x, y, coefficient: 0 })(0, x.length));
  const runBackward = (activation: string, y: Float32Array) =>
    run((dx) =>
      kernels.activations[activation]!.bindBackward({ from: y, dy: ones, dx, coefficient: 0 })(0, x.length),
    );

  // Chapter 15, equations 15.13 to 15.15: at 0 the slope is 0.
  it('ReLU cuts off at zero and lets gradients pass where its input was positive', () => {
    const y = runForward('relu');
    expect([...y]).toEqual([...x].map((value) => Math.max(0, value)));
    const dx = runBackward('relu', y);
    expect([...dx]).toEqual([...x].map((value) => (value > 0 ? 1 : 0)));
  });

  // The tutorial and chapter 15: at most 1/4, at 0; nearly nothing beyond ±6.
  it("sigmoid's slope is y(1 − y), at most 1/4", () => {
    const y = runForward('sigmoid');
    const dx = runBackward('sigmoid', y);
    expect(Math.max(...dx)).toBe(0.25);
    expect(dx.indexOf(0.25)).toBe(80);
    dx.forEach((slope, i) => {
      expect(slope).toBeCloseTo(y[i]! * (1 - y[i]!), 6);
      if (Math.abs(x[i]!) > 6) expect(slope).toBeLessThan(0.0025);
    });
  });

  const lossArrays = (outputs: Float32Array) => ({
    classes: outputs.length,
    outputs,
    labels: Uint16Array.of(2),
    secondLabels: null,
    secondShares: null,
    classWeights: null,
    dOutputs: new Float32Array(outputs.length),
    loss: new Float32Array(1),
    predicted: new Uint16Array(1),
    rank: new Uint16Array(1),
  });

  // Chapter 15, equation 15.7: behind cross entropy, softmax has the gradient of its probabilities less the label's unit vector.
  it('softmax makes probabilities of any numbers', () => {
    const logits = Float32Array.of(1, -2, 0.5, 3);
    const exponentials = [...logits].map(Math.exp);
    const sum = exponentials.reduce((a, b) => a + b, 0);
    const arrays = lossArrays(logits);
    kernels.bindSoftmaxCrossEntropy({ ...arrays, smoothing: 0 })(1, 0, 1);
    arrays.dOutputs.forEach((value, i) => {
      expect(value).toBeCloseTo(exponentials[i]! / sum - (i === 2 ? 1 : 0), 6);
    });
    expect(arrays.loss[0]).toBeCloseTo(-Math.log(exponentials[2]! / sum), 5);
  });

  // Chapter 15, equation 15.6 and the gradient in section 15.2.4.
  it('half the squared distance has the gradient output − target', () => {
    const arrays = lossArrays(Float32Array.of(1, -2, 0.5, 3));
    kernels.bindSquaredError(arrays)(1, 0, 1);
    expect(arrays.loss[0]).toBe((1 + 4 + 0.25 + 9) / 2);
    expect([...arrays.dOutputs]).toEqual([1, -2, -0.5, 3]);
  });
});
