import { TRANSFORM_WORDS } from '../../../src/dataset/transform.js';
import { BUNDLE_IMAGES } from '../../../src/kernels/constants.js';
import { type KernelCase, makeCase } from './kernel-case.js';
import { type KernelMemory, toleranceOfSum } from './kernel-memory.js';
import { type Batch, describeBatch } from './windows.js';

type Size = readonly [height: number, width: number, channels: number];

const SIZES: readonly Size[] = [
  [1, 1, 1],
  [1, 5, 2],
  [6, 1, 3],
  [5, 7, 1],
  [7, 6, 3],
  [4, 19, 4],
  [9, 8, 17],
  [32, 32, 3],
];
const SMALL: Size = [5, 4, 3];
const MIDDLE: Batch = { total: 12, first: 1, count: 10 };
const TIGHT: Batch = { total: 9, first: 1, count: 8 };
const EMPTY: Batch = { total: 2, first: 1, count: 0 };
const SAMPLES = 8;
const BUNDLES = 3;
const LAST = BUNDLES - 1;

/** Transformed images in both layouts. */
export function listAugmentCases(): KernelCase[] {
  const borders = [false, true];
  return [
    ...SIZES.flatMap((size) => borders.map((reflect) => makeImagesCase(size, reflect, MIDDLE))),
    makeImagesCase(SMALL, true, TIGHT),
    makeImagesCase(SMALL, false, EMPTY),
    ...SIZES.flatMap((size) => borders.map((reflect) => makeLanesCase(size, reflect, { images: 13 }))),
    ...[0, 1, 16].map((images) => makeLanesCase(SMALL, true, { images })),
    makeLanesCase(SMALL, false, { images: BUNDLE_IMAGES, bundle: LAST }),
  ];
}

function makeImagesCase(size: Size, reflect: boolean, batch: Batch): KernelCase {
  const [height, width, channels] = size;
  return makeCase(
    'bindAssembleAugmentedImages',
    `${describeSize(size, reflect)}, ${describeBatch(batch)}`,
    (memory) => {
      const inputs = makeInputs(memory, size, batch.total);
      const x = memory.output('x', batch.total * floatsOf(size), toleranceOfSum(2, 2 * 255));
      return [[{ ...inputs, x, height, width, channels, reflect }, batch.first, batch.count]];
    },
    { tight: batch === TIGHT },
  );
}

function makeLanesCase(size: Size, reflect: boolean, { images = 0, bundle = 1 }): KernelCase {
  const [height, width, channels] = size;
  const [firstRow, rows] = bundle !== LAST && height > 2 ? [1, height - 2] : [0, height];
  return makeCase(
    'bindAssembleAugmentedLanes',
    `${describeSize(size, reflect)}, ${images} images, bundle ${bundle}`,
    (memory) => {
      const inputs = makeInputs(memory, size, BUNDLES * BUNDLE_IMAGES);
      const x = memory.output('x', BUNDLES * BUNDLE_IMAGES * floatsOf(size), toleranceOfSum(2, 2 * 255));
      return [[{ ...inputs, x, height, width, channels, reflect }, bundle, images, firstRow, rows]];
    },
    { tight: bundle === LAST },
  );
}

function makeInputs(memory: KernelMemory, size: Size, images: number) {
  const floats = floatsOf(size);
  const pixels = memory.input('pixels', Uint8Array.from(memory.integers(SAMPLES * floats, 0, 255)));
  const sampleIds = memory.input('sampleIds', Int32Array.from(memory.integers(images, 0, SAMPLES - 1)));
  const transforms = memory.input('transforms', drawTransforms(memory, size, images));
  const mean = memory.input('mean', memory.uniform(floats, 0, 255));
  const scale = memory.input('scale', memory.uniform(floats, 0, 2));
  return { pixels, sampleIds, transforms, mean, scale };
}

/** Of any kind: shifts up to all but one row or column, squares and rectangles that stick out on any side or hold the whole image. */
function drawTransforms(memory: KernelMemory, [height, width]: Size, images: number): Int32Array {
  const transforms = new Int32Array(images * TRANSFORM_WORDS);
  const draw = (low: number, high: number) => memory.integers(1, low, high)[0]!;
  for (let i = 0; i < images; i++) {
    const cutSize = draw(0, 1) * draw(1, Math.max(height, width) + 1);
    const words = [
      draw(0, 1),
      draw(1 - height, height - 1),
      draw(1 - width, width - 1),
      draw(-cutSize, height),
      draw(-cutSize, width),
      cutSize,
      draw(-2, height),
      draw(-2, width),
      draw(0, 1) * draw(0, height + 2),
      draw(0, width + 2),
    ];
    transforms.set(words, i * TRANSFORM_WORDS);
  }
  return transforms;
}

function floatsOf([height, width, channels]: Size): number {
  return height * width * channels;
}

function describeSize(size: Size, reflect: boolean): string {
  return `${size.join('×')}, ${reflect ? 'reflected' : 'black'} beside it`;
}
