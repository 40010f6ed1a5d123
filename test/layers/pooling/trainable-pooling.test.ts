import { describe, expect, it } from 'vitest';
import { referenceKernels } from '../../../src/kernels/reference/reference.js';
import { planNetwork } from '../../../src/network/plan.js';
import { parseNetwork } from '../../../src/network/spec.js';
import { makeSmallNetwork } from '../../helpers/small-network.js';

type Matrix = readonly (readonly number[])[];

const zip = (a: Matrix, b: Matrix, combine: (x: number, y: number) => number): Matrix =>
  a.map((row, s) => row.map((x, t) => combine(x, b[s]![t]!)));
const map = (a: Matrix, f: (x: number) => number): Matrix => a.map((row) => row.map(f));
/** ⊗ of the seed: elements in the same place multiplied. */
const multiply = (a: Matrix, b: Matrix) => zip(a, b, (x, y) => x * y);
const sum = (a: Matrix) => a.flat().reduce((total, x) => total + x, 0);
/** Sums of 2×2 blocks. */
const down = (a: Matrix): Matrix =>
  a
    .slice(0, a.length / 2)
    .map((_, s) =>
      a[0]!
        .slice(0, a[0]!.length / 2)
        .map(
          (_, t) =>
            a[2 * s]![2 * t]! + a[2 * s]![2 * t + 1]! + a[2 * s + 1]![2 * t]! + a[2 * s + 1]![2 * t + 1]!,
        ),
    );
/** Each element four times, as a 2×2 block. */
const up = (a: Matrix): Matrix =>
  a.flatMap((row) => [row.flatMap((x) => [x, x]), row.flatMap((x) => [x, x])]);

/** Two images of one feature map, the numbers that come in and those that come back from above. */
const INPUTS: readonly Matrix[] = [
  [
    [0.5, -0.25, 1, 0],
    [0.75, 0.25, -1, 0.5],
  ],
  [
    [-0.5, 1, 0.25, 0.25],
    [0, 0.75, -0.75, 2],
  ],
];
const FROM_ABOVE: readonly Matrix[] = [[[0.4, -1.2]], [[2, 0.7]]];
const BETA = 0.8;
const BIAS = -0.3;

/** input → tanh → trainable pooling → tanh, behind a convolution that changes nothing and so learns dX. */
function makeNetwork(options: object) {
  const layers = [
    { kind: 'convolution', kernel: 1, filters: 1, initializer: { kind: 'constant', value: 1 } },
    { kind: 'tanh' },
    { kind: 'trainable-pooling', kernel: 2, ...options },
    { kind: 'tanh' },
  ];
  const small = makeSmallNetwork({ input: [2, 4, 1], layers, images: 2, kernels: referenceKernels });
  const [scale, bias] = small.parameters.slice(2);
  small.memory.weights[scale!.offset] = BETA;
  small.memory.weights[bias!.offset] = BIAS;
  small.network.input.value.set(INPUTS.flat(2));
  small.forward();
  small.network.output.gradient.set(FROM_ABOVE.flat(2));
  small.backward();
  const gradientOf = (label: string) => {
    const { offset, size } = small.parameters.find((parameter) => parameter.label === label)!;
    return [...small.memory.gradient.subarray(offset, offset + size)];
  };
  return { output: [...small.network.output.value], gradientOf };
}

describe.each([
  ['sum', 1],
  ['mean', 1 / 4],
] as const)('trainable pooling of a %s, by the equations of the notes', (kind, share) => {
  const { output, gradientOf } = makeNetwork({ down: kind });
  const derivative = (u: Matrix) => map(u, (x) => 1 - Math.tanh(x) ** 2);
  const images = INPUTS.map((u1, i) => {
    const a1 = map(u1, Math.tanh);
    const d = map(down(a1), (x) => x * share);
    const u2 = map(d, (x) => BETA * x + BIAS); // (3)
    const delta2 = multiply(FROM_ABOVE[i]!, derivative(u2)); // (16)
    const spread = map(up(delta2), (x) => x * share);
    const delta1 = multiply(
      map(spread, (x) => BETA * x),
      derivative(u1),
    ); // (11)
    return { u1, d, a2: map(u2, Math.tanh), delta1, delta2 }; // (4)
  });
  const total = (term: (image: (typeof images)[number]) => number) =>
    images.reduce((all, image) => all + term(image), 0);

  it('computes f(β·down(A) + b) (3, 4)', () => {
    for (const [i, value] of images.flatMap(({ a2 }) => a2.flat()).entries())
      expect(output[i]).toBeCloseTo(value, 6);
  });

  it('has ∂J/∂b = sum of δ (19)', () => {
    expect(gradientOf('trainable-pooling1.bias')[0]).toBeCloseTo(
      total(({ delta2 }) => sum(delta2)),
      6,
    );
  });

  it('has ∂J/∂β = sum of δ ⊗ d (20)', () => {
    const expected = total(({ delta2, d }) => sum(multiply(delta2, d)));
    expect(gradientOf('trainable-pooling1.scale')[0]).toBeCloseTo(expected, 6);
  });

  it('gives the layer below β·up(δ) ⊗ f′(U) (11)', () => {
    // What the convolution learns of it: its bias the sum, its kernel the sum of products with the input.
    expect(gradientOf('convolution1.bias')[0]).toBeCloseTo(
      total(({ delta1 }) => sum(delta1)),
      6,
    );
    const expected = total(({ delta1, u1 }) => sum(multiply(delta1, u1)));
    expect(gradientOf('convolution1.kernel')[0]).toBeCloseTo(expected, 6);
  });
});

describe('trainable pooling', () => {
  const parametersOf = (options: object) => {
    const layers = [{ kind: 'trainable-pooling', kernel: [2, 3], ...options }];
    const spec = parseNetwork({ input: [6, 6, 5], layers });
    return planNetwork(spec, { batchSize: 2, slices: 1, training: true }).steps[0]!.parameters;
  };

  it('begins as average pooling, without weight decay', () => {
    const common = { size: 5, learningRateFactor: 1, weightDecayFactor: 0 };
    expect(parametersOf({})).toMatchObject([
      { ...common, name: 'scale', initializer: { kind: 'constant', value: 1 } },
      { ...common, name: 'bias', initializer: { kind: 'zero' } },
    ]);
    expect(parametersOf({ down: 'sum' })[0]).toMatchObject({
      initializer: { kind: 'constant', value: 1 / 6 },
    });
  });

  it('takes initialisers and factors', () => {
    const options = {
      initializer: 'he',
      biasInitializer: { kind: 'constant', value: 2 },
      scaleLearningRate: 2,
      scaleWeightDecay: 3,
      biasLearningRate: 4,
      biasWeightDecay: 5,
    };
    expect(parametersOf(options)).toMatchObject([
      { initializer: { kind: 'he' }, fanIn: 6, learningRateFactor: 2, weightDecayFactor: 3 },
      { initializer: { kind: 'constant', value: 2 }, learningRateFactor: 4, weightDecayFactor: 5 },
    ]);
  });

  it('keeps its meaning when its spec is parsed again', () => {
    const once = parseNetwork({
      input: [4, 4, 1],
      layers: [{ kind: 'trainable-pooling', kernel: 2, down: 'sum' }],
    });
    expect(parseNetwork(once)).toEqual(once);
  });
});
