import { BORDER_CONSTANT, BORDER_REFLECT, BORDER_REPLICATE } from '../../../src/kernels/constants.js';
import type { BorderFrame } from '../../../src/kernels/interface/borders.js';
import { type KernelCase, makeCase } from './kernel-case.js';
import { toleranceOfSum } from './kernel-memory.js';

const IMAGES = 3;
const FILLS = { constant: BORDER_CONSTANT, reflect: BORDER_REFLECT, replicate: BORDER_REPLICATE };

/** Height, width, channels; top, bottom, left, right. All borders are small enough to be reflected. */
const FRAMES = [
  [4, 5, 1, 1, 1, 1, 1],
  [3, 4, 16, 2, 2, 3, 3],
  [5, 3, 17, 0, 2, 1, 0],
  [2, 6, 7, 1, 0, 0, 5],
  [1, 1, 33, 0, 0, 0, 0],
  [6, 2, 48, 3, 5, 1, 1],
] as const;

export function listBorderCases(): KernelCase[] {
  const [small] = FRAMES;
  return Object.entries(FILLS).flatMap(([name, fill]) => [
    ...FRAMES.flatMap((sizes) => makeBoth(frameOf(sizes, fill), name, false)),
    ...makeBoth(frameOf(small, fill), name, true),
    // Wider than the image, which has nothing to reflect there.
    ...(fill === BORDER_REFLECT ? [] : makeBoth(frameOf([1, 2, 5, 2, 1, 3, 4], fill), name, false)),
  ]);
}

function frameOf(sizes: readonly number[], fill: number): BorderFrame {
  const [height, width, channels, top, bottom, left, right] = sizes as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return { height, width, channels, top, bottom, left, right, fill };
}

function makeBoth(f: BorderFrame, name: string, tight: boolean): KernelCase[] {
  const title = `${f.height}×${f.width}×${f.channels} inside ${f.top}, ${f.bottom}, ${f.left}, ${f.right}, ${name}`;
  const rows = f.top + f.height + f.bottom;
  const inner = IMAGES * f.height * f.width * f.channels;
  const outer = IMAGES * rows * (f.left + f.width + f.right) * f.channels;
  // All rows but the first and the last, or as many as there are.
  const some = (all: number) => (tight ? ([1, all - 1] as const) : ([1, Math.max(0, all - 2)] as const));
  return [
    makeCase(
      'bindFillBorder',
      title,
      (memory) => {
        const x = memory.input('x', memory.uniform(inner));
        const y = memory.output('y', outer, 0);
        return [[{ ...f, x, value: -1.5, y }, ...some(IMAGES * rows)]];
      },
      { tight },
    ),
    makeCase(
      'bindFoldBorder',
      title,
      (memory) => {
        const dy = memory.input('dy', memory.uniform(outer));
        const dx = memory.output('dx', inner, toleranceOfSum(outer / inner + 9, 3));
        return [[{ ...f, dy, dx }, ...some(IMAGES * f.height)]];
      },
      { tight },
    ),
  ];
}
