import { describe, expect, it } from 'vitest';
import { makeTensor, type Tensor3 } from '../../src/mathematics/matrix.js';
import { CONVOLUTION_WAYS } from '../helpers/convolution-ways.js';
import { MAX_POOLING_WAYS } from '../helpers/pooling-ways.js';

// What CS231n's assignment (ConvolutionalNetworks.ipynb) says that its layers give: 8 digits, images and maps as lists, n×c×h×w.

const CONVOLVED = [
  [
    [
      [-0.08759809, -0.10987781],
      [-0.18387192, -0.2109216],
    ],
    [
      [0.21027089, 0.21661097],
      [0.22847626, 0.23004637],
    ],
    [
      [0.50813986, 0.54309974],
      [0.64082444, 0.67101435],
    ],
  ],
  [
    [
      [-0.98053589, -1.03143541],
      [-1.19128892, -1.24695841],
    ],
    [
      [0.69108355, 0.66880383],
      [0.59480972, 0.56776003],
    ],
    [
      [2.36270298, 2.36904306],
      [2.38090835, 2.38247847],
    ],
  ],
];

const POOLED = [
  [
    [
      [-0.26315789, -0.24842105],
      [-0.20421053, -0.18947368],
    ],
    [
      [-0.14526316, -0.13052632],
      [-0.08631579, -0.07157895],
    ],
    [
      [-0.02736842, -0.01263158],
      [0.03157895, 0.04631579],
    ],
  ],
  [
    [
      [0.09052632, 0.10526316],
      [0.14947368, 0.16421053],
    ],
    [
      [0.20842105, 0.22315789],
      [0.26736842, 0.28210526],
    ],
    [
      [0.32631579, 0.34105263],
      [0.38526316, 0.4],
    ],
  ],
];

/** Digits in which numbers of float32 agree with those: outputs are sums of 48 products, up to 2.4. */
const DIGITS = 6;

/** numpy's. */
const linspace = (from: number, to: number, count: number) => (i: number) =>
  from + ((to - from) * i) / (count - 1);

/** Equally spaced numbers in the order n×c×h×w, as images h×w×c. */
function makeImages(images: number, channels: number, size: number, at: (i: number) => number): Tensor3[] {
  return Array.from({ length: images }, (_, n) =>
    makeTensor(size, size, channels, (y, x, c) => at(((n * channels + c) * size + y) * size + x)),
  );
}

const zeros = (images: number) => Array.from({ length: images }, () => makeTensor(2, 2, 3, () => 0));

function expectMaps(
  images: readonly Tensor3[],
  maps: readonly (readonly (readonly (readonly number[])[])[])[],
) {
  for (const [n, image] of images.entries()) {
    const found = maps[n]!.map((_, c) => image.map((row) => row.map((pixel) => pixel[c]!)));
    for (const [i, value] of found.flat(2).entries()) expect(value).toBeCloseTo(maps[n]!.flat(2)[i]!, DIGITS);
  }
  expect(images).toHaveLength(maps.length);
}

it.each(CONVOLUTION_WAYS)('convolution gives the published values, %s', (_name, run) => {
  // Filters are w[f][c] of 4×4, with stride 2 and padding 1.
  const weights = makeImages(3, 3, 4, linspace(-0.2, 0.3, 144));
  const { y } = run({
    x: makeImages(2, 3, 4, linspace(-0.1, 0.5, 96)),
    f: weights[0]!.map((row, i) =>
      row.map((pixel, j) => pixel.map((_, c) => weights.map((filter) => filter[i]![j]![c]!))),
    ),
    b: [0, 1, 2].map(linspace(-0.1, 0.2, 3)),
    dy: zeros(2),
    stride: [2, 2],
    padding: [1, 1, 1, 1],
  });
  expectMaps(y, CONVOLVED);
});

describe.each(MAX_POOLING_WAYS)('max pooling, %s', (_name, run) => {
  it('gives the published values', () => {
    const x = makeImages(2, 3, 4, linspace(-0.3, 0.4, 96));
    expectMaps(run({ x, dy: zeros(2), window: [2, 2], stride: [2, 2] }).y, POOLED);
  });
});
