import { makeGeometry } from '../kernels/geometry.js';
import { packedFloats, panelCount } from '../kernels/interface/products.js';
import type { Kernels } from '../kernels/kernels.js';
import type { Image } from './image.js';

/** Rows of numbers, as many in each. */
export type FilterKernel = readonly (readonly number[])[];

/** The K of chapter 15.5.2: great where the brightness changes from row to row, at horizontal edges. */
const SOBEL_Y: FilterKernel = [
  [1, 2, 1],
  [0, 0, 0],
  [-1, -2, -1],
];

/** Kernels by name; what two of them give is combined as the length of the vector of both: `sobel` is the gradient's size. */
export const FILTERS: Readonly<Record<string, readonly FilterKernel[]>> = {
  'sobel-x': [transpose(SOBEL_Y)],
  'sobel-y': [SOBEL_Y],
  sobel: [transpose(SOBEL_Y), SOBEL_Y],
  laplacian: [
    [
      [0, 1, 0],
      [1, -4, 1],
      [0, 1, 0],
    ],
  ],
  sharpen: [
    [
      [0, -1, 0],
      [-1, 5, -1],
      [0, -1, 0],
    ],
  ],
  'box-blur': [fillKernel(3, 1 / 9)],
  'gaussian-blur': [[1, 4, 6, 4, 1].map((row) => [1, 4, 6, 4, 1].map((column) => (row * column) / 256))],
};

/** What a filter makes of a picture: one number a position. */
export interface Response {
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array;
}

/**
 * Convolves a picture with each kernel, as a convolutional layer does (cross-correlation, no padding), every channel with the same kernel, and
 * takes the mean over the channels. Of several kernels' responses, the root of the sum of squares.
 *
 * @returns a response smaller than the picture by the kernel's size less one; null if the kernel is larger than the picture
 */
export function filterImage(
  image: Image,
  filters: readonly FilterKernel[],
  kernels: Kernels,
): Response | null {
  const [rows, columns] = [filters[0]!.length, filters[0]![0]!.length];
  if (rows > image.height || columns > image.width) return null;
  const output = {
    height: image.height - rows + 1,
    width: image.width - columns + 1,
    channels: filters.length,
  };
  const window = { kernel: [rows, columns], stride: [1, 1], padding: [0, 0, 0, 0] } as const;
  const g = makeGeometry(image, window, output);
  const y = new Float32Array(output.height * output.width * filters.length);
  const depth = rows * columns * image.channels;
  const packed = new Float32Array(packedFloats(depth, filters.length));
  const b = spread(filters, image.channels);
  kernels.bindPack({ rows: depth, columns: filters.length, b, packed })(0, panelCount(filters.length));
  kernels.bindConvolutionForward({ g, x: Float32Array.from(image.pixels), packed, bias: null, y })(0, 1);
  return { height: output.height, width: output.width, values: combine(y, filters.length) };
}

/** The kernel matrix F: a row for each element and channel of the window, a column for each filter. */
function spread(filters: readonly FilterKernel[], channels: number): Float32Array {
  const elements = filters.map((filter) => filter.flat());
  return Float32Array.from({ length: elements[0]!.length * channels * filters.length }, (_, i) => {
    const element = Math.floor(i / (channels * filters.length));
    return elements[i % filters.length]![element]! / channels;
  });
}

function combine(responses: Float32Array, filters: number): Float32Array {
  if (filters === 1) return responses;
  return Float32Array.from({ length: responses.length / filters }, (_, i) =>
    Math.hypot(...responses.subarray(i * filters, (i + 1) * filters)),
  );
}

function transpose(kernel: FilterKernel): FilterKernel {
  return kernel[0]!.map((_, column) => kernel.map((row) => row[column]!));
}

function fillKernel(size: number, value: number): FilterKernel {
  return Array.from({ length: size }, () => new Array<number>(size).fill(value));
}
