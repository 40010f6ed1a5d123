import { kernelRows, type WindowGeometry } from '../../../src/kernels/geometry.js';
import type { Kernels } from '../../../src/kernels/kernels.js';
import { GROUP_IMAGES } from '../../../src/kernels/lanes.js';
import { inputFloats, outputFloats } from '../../../src/kernels/reference/window.js';
import {
  winogradGradientFloats,
  winogradKernelFloats,
  winogradPanels,
} from '../../../src/kernels/winograd.js';
import { type KernelCase, makeCase } from './kernel-case.js';
import { type KernelMemory, toleranceOfSum } from './kernel-memory.js';
import { describeWindow, makeWindow } from './windows.js';

/** Transformed inputs are sums of four, so terms are up to four times as great as those of the sum that they stand for. */
const TRANSFORM_FACTOR = 4;

const kernel = [3, 3] as const;
const same = [1, 1, 1, 1] as const;
const SHAPES: readonly WindowGeometry[] = [
  makeWindow({ input: [6, 6, 4], kernel, outputChannels: 4 }),
  makeWindow({ input: [5, 8, 3], kernel, padding: same, outputChannels: 17 }),
  makeWindow({ input: [7, 9, 6], kernel, outputChannels: 20 }),
  makeWindow({ input: [3, 3, 33], kernel, outputChannels: 5 }),
  makeWindow({ input: [2, 2, 29], kernel, padding: same, outputChannels: 40 }),
  makeWindow({ input: [3, 4, 15], kernel, padding: [2, 2, 2, 2], outputChannels: 65 }),
  makeWindow({ input: [1, 5, 2], kernel, padding: [2, 1, 0, 1], outputChannels: 9 }),
  makeWindow({ input: [4, 7, 15], kernel, padding: [0, 1, 1, 0], outputChannels: 32 }),
];
const GROUPS = 3;
const MIDDLE = 1;
/** The arrays end with this group, so a shorter one must be refused. */
const LAST = GROUPS - 1;
const FULL = GROUPS * GROUP_IMAGES;
/** Images of a mini-batch whose last group needs half its lanes. */
const FEW = FULL - 10;

/** The methods of minimal filtering. Transformed kernels and gradients are tried through what reads them, like packed matrices. */
export function listWinogradCases(): KernelCase[] {
  return [
    ...SHAPES.flatMap((g) => [makeForwardCase(g), makeInputGradientCase(g)]),
    ...SHAPES.flatMap((g) => [makeKernelGradientCase(g, FULL, 1), makeKernelGradientCase(g, 37, 4)]),
    makeForwardCase(SHAPES[1]!, LAST),
    makeInputGradientCase(SHAPES[1]!, LAST),
    ...SHAPES.slice(0, 3).flatMap((g) => [
      makeForwardCase(g, LAST, FEW),
      makeInputGradientCase(g, LAST, FEW),
    ]),
    makeKernelGradientCase(SHAPES[0]!, 5, 12),
    makeKernelGradientCase(SHAPES[2]!, 1, 2),
  ];
}

/** All rows but the first and the last, so that what is beside them must stay. */
function innerRows(rows: number): [first: number, rows: number] {
  return rows > 2 ? [1, rows - 2] : [0, rows];
}

/** The kernel, transformed in two pieces. */
function transformKernel(g: WindowGeometry, memory: KernelMemory, kernels: Kernels): Float32Array {
  const f = memory.input('f', memory.uniform(kernelRows(g) * g.outputChannels));
  const u = memory.private('u', winogradKernelFloats(g));
  const cut = Math.floor(g.inputChannels / 2);
  kernels.winogradKernel(g, f, u, 0, cut);
  kernels.winogradKernel(g, f, u, cut, g.inputChannels - cut);
  return u;
}

function makeForwardCase(g: WindowGeometry, group = MIDDLE, images = FULL): KernelCase {
  return makeCase(
    'winogradForward',
    `${describeWindow(g)}, group ${group} of ${images} images`,
    (memory, kernels) => {
      const x = memory.input('x', memory.uniform(GROUPS * GROUP_IMAGES * inputFloats(g)));
      const u = transformKernel(g, memory, kernels);
      const bias = g.outputChannels % 2 === 0 ? memory.input('bias', memory.uniform(g.outputChannels)) : null;
      const tolerance = TRANSFORM_FACTOR * toleranceOfSum(kernelRows(g), 1);
      const y = memory.output('y', GROUPS * GROUP_IMAGES * outputFloats(g), tolerance);
      const scratch = memory.private('scratch', kernels.winogradScratchFloats(g));
      return [[g, x, u, bias, y, scratch, group, images, ...innerRows(g.outputHeight)]];
    },
    { tight: group === LAST },
  );
}

function makeInputGradientCase(g: WindowGeometry, group = MIDDLE, images = FULL): KernelCase {
  return makeCase(
    'winogradInputGradient',
    `${describeWindow(g)}, group ${group} of ${images} images`,
    (memory, kernels) => {
      const dy = memory.input('dy', memory.uniform(GROUPS * GROUP_IMAGES * outputFloats(g)));
      const u = transformKernel(g, memory, kernels);
      const tolerance = TRANSFORM_FACTOR * toleranceOfSum(9 * g.outputChannels, 1);
      const dx = memory.output('dx', GROUPS * GROUP_IMAGES * inputFloats(g), tolerance);
      const scratch = memory.private('scratch', kernels.winogradScratchFloats(g));
      return [[g, dy, u, dx, scratch, group, images, ...innerRows(g.inputHeight)]];
    },
    { tight: group === LAST },
  );
}

function makeKernelGradientCase(g: WindowGeometry, images: number, parts: number): KernelCase {
  const title = `${describeWindow(g)}, ${images} images in ${parts} parts`;
  const tight = images === FULL;
  return makeCase(
    'winogradKernelGradient',
    title,
    (memory, kernels) => {
      const du = memory.input('du', multiplyAll(g, memory, kernels, images, parts));
      const terms = images * g.outputHeight * g.outputWidth;
      const tolerance = TRANSFORM_FACTOR * toleranceOfSum(terms, 1);
      const df = memory.output('df', kernelRows(g) * g.outputChannels, tolerance);
      if (tight) return [[g, du, df, parts, 0, g.inputChannels]];
      // The kernels of the last input channel stay as they are.
      const inputs = g.inputChannels - 1;
      const cut = Math.floor(inputs / 2);
      return [
        [g, du, df, parts, 0, cut],
        [g, du, df, parts, cut, inputs - cut],
      ];
    },
    { tight },
  );
}

/** du of all parts and panels. */
function multiplyAll(
  g: WindowGeometry,
  memory: KernelMemory,
  kernels: Kernels,
  images: number,
  parts: number,
): Float32Array {
  const x = memory.input('x', memory.uniform(GROUPS * GROUP_IMAGES * inputFloats(g)));
  const dy = memory.input('dy', memory.uniform(GROUPS * GROUP_IMAGES * outputFloats(g)));
  const scratch = memory.private('scratch', kernels.winogradScratchFloats(g));
  const du = memory.private('products', winogradGradientFloats(g, parts));
  for (let part = 0; part < parts; part++) {
    for (let panel = 0; panel < winogradPanels(g); panel++) {
      kernels.winogradKernelProducts(g, x, dy, du, scratch, images, part, parts, panel);
    }
  }
  return du.slice();
}
