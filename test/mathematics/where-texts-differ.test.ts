import { describe, expect, it } from 'vitest';
import { Objective } from '../../src/check/objective.js';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import { LAYER_KINDS } from '../../src/layers/registry.js';
import { stackChannels } from '../../src/mathematics/channels.js';
import { conv2 } from '../../src/mathematics/conv2.js';
import { convolveMaps } from '../../src/mathematics/convolution-by-hand.js';
import { addMatrices, type Matrix, makeMatrix } from '../../src/mathematics/matrix.js';
import { poolMaximum } from '../../src/mathematics/pooling.js';
import { describeNetwork } from '../../src/network/describe.js';
import { parseNetwork } from '../../src/network/spec.js';
import { MAX_POOLING_WAYS } from '../helpers/pooling-ways.js';
import { randomNumbers } from '../helpers/small-network.js';

// Where the texts and Convoy differ on purpose: docs/texts.md.

describe('backward max pooling where windows overlap', () => {
  // The greatest element lies in all four windows of 2×2.
  const x = [
    [1, 2, 3],
    [4, 9, 5],
    [6, 7, 8],
  ];
  const delta = [
    [1, 10],
    [100, 1000],
  ];
  const empty = () => makeMatrix(3, 3, () => 0);
  const inMiddle = (value: number) => [
    [0, 0, 0],
    [0, value, 0],
    [0, 0, 0],
  ];

  it.each(MAX_POOLING_WAYS)('adds, as chapter 15 has it, %s', (_name, run) => {
    const example = {
      x: [stackChannels([x])],
      dy: [stackChannels([delta])],
      window: [2, 2],
      stride: [1, 1],
    } as const;
    expect(run(example).dx[0]!.map((row) => row.map((pixel) => pixel[0]))).toEqual(inMiddle(1111));
  });

  it("overwrites in the tutorial's code, where the last window's delta stays", () => {
    const gradient = empty();
    poolMaximum(x, [2, 2], [1, 1]).positions.forEach((row, i) => {
      row.forEach(([y, x], j) => {
        gradient[y]![x] = delta[i]![j]!;
      });
    });
    expect(gradient).toEqual(inMiddle(1000));
  });

  it("overwrites whole windows in CS231n's solution: here the same, elsewhere even zeros over deltas", () => {
    const overwrite = (map: Matrix) => {
      const gradient = empty();
      for (const [i, j] of [0, 1].flatMap((i) => [0, 1].map((j) => [i, j] as const))) {
        const places = [0, 1].flatMap((a) => [0, 1].map((b) => [i + a, j + b] as const));
        const greatest = Math.max(...places.map(([y, x]) => map[y]![x]!));
        for (const [y, x] of places) gradient[y]![x] = map[y]![x] === greatest ? delta[i]![j]! : 0;
      }
      return gradient;
    };
    expect(overwrite(x)).toEqual(inMiddle(1000));
    // The middle is the first window's maximum alone; the windows behind it put zeros there.
    const falling = [
      [1, 2, 20],
      [3, 9, 21],
      [22, 23, 24],
    ];
    expect(overwrite(falling)[1]![1]).toBe(0);
  });
});

describe('the sizes of the tutorial', () => {
  const measure = (input: number, padding: number) => {
    const layers = [{ kind: 'convolution', kernel: 3, stride: 2, filters: 2, padding }];
    const { layers: lines, parameters } = describeNetwork(parseNetwork({ input: [input, input, 3], layers }));
    const { height, width, channels } = lines[0]!.output;
    return { output: [height, width, channels], parameters };
  };

  it('make 3×3×2 of its 7×7×3 image only if the padding is among the 7: by its 式2, 7 and padding make 4', () => {
    expect(measure(5, 1)).toEqual({ output: [3, 3, 2], parameters: 56 });
    expect(measure(7, 0)).toEqual({ output: [3, 3, 2], parameters: 56 });
    expect(measure(7, 1)).toEqual({ output: [4, 4, 2], parameters: 56 });
  });
});

it("a map's bias is the sum of those that the notes' equation 1 has inside its sum", () => {
  const maps = [
    [
      [1, 2, 0],
      [0, 3, 1],
      [2, 1, 1],
    ],
    [
      [0, 1, 1],
      [2, 0, 3],
      [1, 1, 0],
    ],
  ];
  const kernels = [
    [
      [1, -1],
      [2, 0],
    ],
    [
      [0, 3],
      [-2, 1],
    ],
  ];
  const biases = [5, -3];
  const inside = addMatrices(
    maps.map((map, j) =>
      conv2(map, kernels[j]!, 'valid').map((row) => row.map((value) => value + biases[j]!)),
    ),
  );
  // By its own reading conv2 turns the kernel, which convolveMaps does not.
  const turned = kernels.map((kernel) => kernel.map((row) => row.toReversed()).toReversed());
  expect(convolveMaps(maps, [turned], [biases[0]! + biases[1]!])).toEqual([inside]);
});

it('a gradient is the mean over the images, where backpropagation by hand has the sum: its α is ours divided by m', () => {
  const network = parseNetwork({
    input: [4, 4, 1],
    layers: [
      { kind: 'convolution', kernel: 3, filters: 2 },
      { kind: 'sigmoid' },
      { kind: 'fully-connected', units: 3 },
    ],
  });
  const m = 5;
  const inputs = Float64Array.from(randomNumbers(16 * m, 3));
  const labels = Uint16Array.from({ length: m }, (_, i) => i % 3);
  const options = { network, labelSmoothing: 0, kernels: referenceKernels, kinds: LAYER_KINDS, double: true };
  const computeGradient = (first: number, images: number) => {
    const objective = new Objective(options, {
      images,
      inputs: inputs.slice(first * 16, (first + images) * 16),
      labels: labels.slice(first, first + images),
    });
    objective.weights.set(randomNumbers(objective.weights.length, 4));
    return [...objective.computeGradient()];
  };
  const ofEach = Array.from({ length: m }, (_, i) => computeGradient(i, 1));
  const sum = ofEach.reduce((total, gradient) => total.map((value, k) => value + gradient[k]!));
  for (const [k, value] of computeGradient(0, m).entries()) expect(m * value).toBeCloseTo(sum[k]!, 5);
  expect(Math.max(...sum.map(Math.abs))).toBeGreaterThan(0.1);
});
