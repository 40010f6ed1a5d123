import { TRANSFORM, TRANSFORM_WORDS } from '../../dataset/transform.js';
import { BUNDLE_IMAGES } from '../constants.js';
import type { Kernels } from '../kernels.js';

interface Frame {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly reflect: boolean;
}

/** The element of an image that a transform shows at (y, x, c); null outside, which is black. */
function findSource(words: Int32Array, frame: Frame, y: number, x: number, c: number): number | null {
  const mirrored = words[TRANSFORM.flip] !== 0 ? frame.width - 1 - x : x;
  const row = reflectInto(y + words[TRANSFORM.dy]!, frame.height, frame.reflect);
  const column = reflectInto(mirrored + words[TRANSFORM.dx]!, frame.width, frame.reflect);
  return row === null || column === null ? null : (row * frame.width + column) * frame.channels + c;
}

function reflectInto(i: number, size: number, reflect: boolean): number | null {
  if (i >= 0 && i < size) return i;
  if (!reflect) return null;
  return i < 0 ? -i : 2 * (size - 1) - i;
}

/** Whether (y, x) is in the rectangle whose top, left, height and width stand at those words. */
function isInside(
  words: Int32Array,
  [top, left, height, width]: readonly (keyof typeof TRANSFORM)[],
  y: number,
  x: number,
): boolean {
  const down = y - words[TRANSFORM[top!]]!;
  const right = x - words[TRANSFORM[left!]]!;
  return down >= 0 && down < words[TRANSFORM[height!]]! && right >= 0 && right < words[TRANSFORM[width!]]!;
}

const CUT = ['cutTop', 'cutLeft', 'cutSize', 'cutSize'] as const;
const ERASED = ['eraseTop', 'eraseLeft', 'eraseHeight', 'eraseWidth'] as const;

/** Visits the elements of some rows of an image, and what is there once it is transformed and normalised. */
function forEachElement(
  image: Uint8Array,
  words: Int32Array,
  frame: Frame,
  { mean, scale }: { mean: Float32Array; scale: Float32Array },
  rows: { first: number; count: number },
  visit: (e: number, value: number) => void,
): void {
  for (let y = rows.first; y < rows.first + rows.count; y++) {
    for (let x = 0; x < frame.width; x++) {
      for (let c = 0; c < frame.channels; c++) {
        const e = (y * frame.width + x) * frame.channels + c;
        const source = findSource(words, frame, y, x, c);
        const pixel = source === null ? 0 : image[source]!;
        const isGone = isInside(words, CUT, y, x) || isInside(words, ERASED, y, x);
        visit(e, isGone ? 0 : (pixel - mean[e]!) * scale[e]!);
      }
    }
  }
}

export const bindAssembleAugmentedImages: Kernels['bindAssembleAugmentedImages'] =
  ({ pixels, sampleIds, transforms, mean, scale, x, height, width, channels, reflect }) =>
  (firstImage, images) => {
    const floats = height * width * channels;
    const frame = { height, width, channels, reflect };
    for (let i = firstImage; i < firstImage + images; i++) {
      const image = pixels.subarray(sampleIds[i]! * floats, (sampleIds[i]! + 1) * floats);
      const words = transforms.subarray(i * TRANSFORM_WORDS, (i + 1) * TRANSFORM_WORDS);
      forEachElement(image, words, frame, { mean, scale }, { first: 0, count: height }, (e, value) => {
        x[i * floats + e] = value;
      });
    }
  };

export const bindAssembleAugmentedLanes: Kernels['bindAssembleAugmentedLanes'] =
  ({ pixels, sampleIds, transforms, mean, scale, x, height, width, channels, reflect }) =>
  (bundle, images, firstRow, rows) => {
    const floats = height * width * channels;
    const rowFloats = width * channels * BUNDLE_IMAGES;
    const begin = bundle * floats * BUNDLE_IMAGES;
    x.fill(0, begin + firstRow * rowFloats, begin + (firstRow + rows) * rowFloats);
    const frame = { height, width, channels, reflect };
    for (let lane = 0; lane < images; lane++) {
      const i = bundle * BUNDLE_IMAGES + lane;
      const image = pixels.subarray(sampleIds[i]! * floats, (sampleIds[i]! + 1) * floats);
      const words = transforms.subarray(i * TRANSFORM_WORDS, (i + 1) * TRANSFORM_WORDS);
      forEachElement(image, words, frame, { mean, scale }, { first: firstRow, count: rows }, (e, value) => {
        x[begin + e * BUNDLE_IMAGES + lane] = value;
      });
    }
  };
