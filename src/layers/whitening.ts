import { findEigenvectors } from '../core/eigenvectors.js';
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
 *
 * @param kernel h×w×inputs×outputs, in one group; at most two outputs for each element of a patch
 */
export function whitenPatches(
  values: Float32Array,
  kernel: KernelShape,
  images: InputImages,
  { images: most, epsilon }: WhiteningOptions,
): void {
  const samples = images.samples.subarray(0, most);
  const moments = sumPatchProducts({ ...images, samples }, kernel);
  const { height, width } = images.shape;
  const patches = samples.length * (height - kernel.height + 1) * (width - kernel.width + 1);
  const size = kernel.height * kernel.width * kernel.inputs;
  const { eigenvalues, eigenvectors } = findEigenvectors(
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

/** Σ p pᵀ over all patches, size × size, in double precision and in one order. */
function sumPatchProducts(images: InputImages, kernel: KernelShape): Float64Array {
  const { shape, pixels, samples, mean, scale } = images;
  const { width, channels } = shape;
  const rows = shape.height - kernel.height + 1;
  const columns = width - kernel.width + 1;
  /** Of a patch's elements, from the place of its first one. */
  const offsets = Array.from({ length: kernel.height * kernel.width * channels }, (_, e) => {
    const tap = Math.floor(e / channels);
    const [y, x] = [Math.floor(tap / kernel.width), tap % kernel.width];
    return (y * width + x) * channels + (e % channels);
  });
  const size = offsets.length;
  const sums = new Float64Array(size * size);
  const image = new Float64Array(sizeOf(shape));
  for (const sample of samples) {
    for (let e = 0; e < image.length; e++) {
      image[e] = (pixels[sample * image.length + e]! - mean[e]!) * scale[e]!;
    }
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) sums[i * size + j]! += sumProducts(image, offsets[i]!, offsets[j]!);
    }
  }
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) sums[j * size + i] = sums[i * size + j]!;
  }
  return sums;

  /** Of two elements of an image's patches. */
  function sumProducts(floats: Float64Array, a: number, b: number): number {
    let sum = 0;
    for (let y = 0; y < rows; y++) {
      const start = y * width * channels;
      for (let at = start; at < start + columns * channels; at += channels) {
        sum += floats[a + at]! * floats[b + at]!;
      }
    }
    return sum;
  }
}
