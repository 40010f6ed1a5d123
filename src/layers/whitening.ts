import { findEigenvectors } from '../core/eigenvectors.js';
import type { Pieces } from '../core/pieces.js';
import { type Shape, sizeOf } from '../core/shape.js';
import type { KernelShape } from './kernel-shape.js';

/** Images as a network reads them: (pixel − mean[e])·scale[e] for each element e of an image, h×w×c. */
export interface InputImages {
  readonly shape: Shape;
  readonly pixels: Uint8Array;
  /** Indices of images, from 0. */
  readonly samples: Int32Array;
  readonly mean: Float32Array;
  readonly scale: Float32Array;
}

/** Which images, and what is added to the eigenvalues. */
interface WhiteningOptions {
  readonly images: number;
  readonly epsilon: number;
}

/**
 * Fills a kernel so that its filters see the patches of the first images without correlation and with variance 1: with the eigenvectors v
 * of the patches' second moments, E[p pᵀ] = Σ λ v vᵀ, the first half of the filters are v / √(λ + epsilon), λ falling, and the second half
 * are the same with the other sign (Jordan 2024, arXiv 2404.00498). Patches are all of the kernel's size that lie inside an image.
 * It may take a minute, so it comes in pieces; the kernel is written in the last one.
 *
 * @param kernel h×w×inputs×outputs, in one group; at most two outputs for each element of a patch
 */
export function* whitenPatches(
  values: Float32Array,
  kernel: KernelShape,
  images: InputImages,
  { images: most, epsilon }: WhiteningOptions,
): Pieces {
  const samples = images.samples.subarray(0, most);
  const moments = yield* sumPatchProducts({ ...images, samples }, kernel);
  const { height, width } = images.shape;
  const patches = samples.length * (height - kernel.height + 1) * (width - kernel.width + 1);
  const size = kernel.height * kernel.width * kernel.inputs;
  const { eigenvalues, eigenvectors } = yield* findEigenvectors(
    moments.map((sum) => sum / patches),
    size,
  );
  const half = kernel.outputs / 2;
  for (let filter = 0; filter < half; filter++) {
    // Rounding may take an eigenvalue of 0 a little below it.
    const deviation = Math.sqrt(Math.max(0, eigenvalues[filter]!) + epsilon);
    for (let row = 0; row < size; row++) {
      const weight = eigenvectors[filter * size + row]! / deviation;
      values[row * kernel.outputs + filter] = weight;
      values[row * kernel.outputs + half + filter] = -weight;
    }
  }
}

/** Σ p pᵀ over all patches, size × size, in double precision and in one order; a piece for each image. */
function* sumPatchProducts(images: InputImages, kernel: KernelShape): Pieces<Float64Array> {
  const { shape, pixels, samples, mean, scale } = images;
  const { width, channels } = shape;
  /** Of a patch's elements, from the place of its first one. */
  const offsets = Int32Array.from({ length: kernel.height * kernel.width * channels }, (_, e) => {
    const tap = Math.floor(e / channels);
    const [y, x] = [Math.floor(tap / kernel.width), tap % kernel.width];
    return (y * width + x) * channels + (e % channels);
  });
  const places = {
    rows: shape.height - kernel.height + 1,
    rowStride: width * channels,
    rowLength: (width - kernel.width + 1) * channels,
    stride: channels,
  };
  const size = offsets.length;
  const sums = new Float64Array(size * size);
  const image = new Float64Array(sizeOf(shape));
  for (const sample of samples) {
    for (let e = 0; e < image.length; e++) {
      image[e] = (pixels[sample * image.length + e]! - mean[e]!) * scale[e]!;
    }
    for (let i = 0; i < size; i++) {
      const sumsOfRow = sums.subarray(i * size, i * size + i + 1);
      for (let j = 0; j <= i; j += 4) addFourProducts(sumsOfRow, image, offsets, i, j, places);
    }
    yield;
  }
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) sums[j * size + i] = sums[i * size + j]!;
  }
  return sums;
}

/** Where patches begin in an image. */
interface Places {
  readonly rows: number;
  readonly rowStride: number;
  readonly rowLength: number;
  readonly stride: number;
}

/** Of a patch's element i with j..j+3: four sums at a time, which do not wait for each other; each of them is in the order of the places. */
function addFourProducts(
  sums: Float64Array,
  image: Float64Array,
  offsets: Int32Array,
  i: number,
  j: number,
  { rows, rowStride, rowLength, stride }: Places,
): void {
  const last = offsets.length - 1;
  const first = offsets[i]!;
  const [b0, b1, b2, b3] = [
    offsets[j]!,
    offsets[Math.min(j + 1, last)]!,
    offsets[Math.min(j + 2, last)]!,
    offsets[Math.min(j + 3, last)]!,
  ];
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let y = 0; y < rows; y++) {
    const end = y * rowStride + rowLength;
    for (let at = y * rowStride; at < end; at += stride) {
      const factor = image[first + at]!;
      s0 += factor * image[b0 + at]!;
      s1 += factor * image[b1 + at]!;
      s2 += factor * image[b2 + at]!;
      s3 += factor * image[b3 + at]!;
    }
  }
  sums[j]! += s0;
  // Beyond the row's end nothing is stored.
  if (j + 1 < sums.length) sums[j + 1]! += s1;
  if (j + 2 < sums.length) sums[j + 2]! += s2;
  if (j + 3 < sums.length) sums[j + 3]! += s3;
}
