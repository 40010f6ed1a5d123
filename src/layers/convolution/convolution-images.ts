import { coversInput, kernelColumns, kernelRows, type WindowGeometry } from '../../kernels/geometry.js';
import { packedFloats, panelCount } from '../../kernels/interface/products.js';
import type { BoundLayer, LayerSite } from '../layer.js';
import { type Batch, type BlockPass, overSlices, type Pass, passUntil } from '../pass.js';
import { bindBiasGradient } from './bias-gradient.js';

/**
 * A fully connected layer with at least so many weights is cut by outputs instead of by images: each worker reads its part of the weights
 * once a step, and they are more than the images.
 */
const MIN_WEIGHTS_TO_CUT_BY_OUTPUTS = 16_384;
/**
 * A kernel with at least so many weights is not given one gradient a slice, which would be written and read again a dozen times;
 * rows of its gradient are shared out, each summed over the whole mini-batch.
 */
const MIN_WEIGHTS_TO_CUT_BY_ROWS = 65_536;
/** Rows of a kernel's gradient that one task computes. */
const ROWS_PER_BLOCK = 64;

/** Whether dF is cut by its rows instead of by the mini-batch's slices. */
export function cutsLargeKernel(g: WindowGeometry): boolean {
  return kernelRows(g) * g.outputChannels >= MIN_WEIGHTS_TO_CUT_BY_ROWS;
}

/** A convolution on images one after another, as three products (chapter 15.5), for each group of channels. */
export function bindConvolutionImages(g: WindowGeometry, site: LayerSite): BoundLayer {
  const { kernels, batch, input, output } = site;
  const rows = kernelRows(g);
  const columns = kernelColumns(g);
  const { kernel, bias } = site.parameters;
  const { packed, packedTransposed } = site.shared;
  const cutByOutputs = coversInput(g) && g.groups === 1 && rows * columns >= MIN_WEIGHTS_TO_CUT_BY_OUTPUTS;

  const matrices = cutByGroups(kernel!.value, g.groups);
  const prepare = [
    packGroups(panelCount(columns), matrices, cutByGroups(packed!, g.groups), (b, packed) =>
      kernels.bindPack({ rows, columns, b, packed }),
    ),
  ];
  if (site.training && site.needsInputGradient) {
    prepare.push({
      name: 'prepare transposed',
      ...packGroups(panelCount(rows), matrices, cutByGroups(packedTransposed!, g.groups), (b, packed) =>
        kernels.bindPackTransposed({ rows, columns, b, packed }),
      ),
    });
  }

  const operands = { packed: packed!, bias: bias?.value ?? null };
  const forward = cutByOutputs
    ? overPanels(
        panelCount(columns),
        batch,
        kernels.bindMatmul({ n: columns, k: rows, a: input.value, c: output.value, ...operands }),
      )
    : overImages(kernels.bindConvolutionForward({ g, x: input.value, y: output.value, ...operands }));
  if (!site.training) return { prepare, forward: [forward], backward: [] };

  const backward: Pass[] = bindBiasGradient(site);
  const bindInputGradient = () => {
    const operands = { packed: packedTransposed!, bias: null };
    return cutByOutputs
      ? overPanels(
          panelCount(rows),
          batch,
          kernels.bindMatmul({ n: rows, k: columns, a: output.gradient, c: input.gradient, ...operands }),
        )
      : overImages(
          kernels.bindConvolutionInputGradient({ g, dy: output.gradient, dx: input.gradient, ...operands }),
        );
  };
  const label = { name: 'kernel gradient', products: 1 };
  const allRows = g.groups * rows;
  const correlate = kernel!.gradient.map((df) =>
    kernels.bindConvolutionKernelGradient({ g, x: input.value, dy: output.gradient, df }),
  );
  const kernelGradient: Pass = cutsLargeKernel(g)
    ? {
        ...label,
        over: 'blocks',
        waits: true,
        aside: true,
        blocks: Math.ceil(allRows / ROWS_PER_BLOCK),
        run: (first, count) => {
          const firstRow = first * ROWS_PER_BLOCK;
          const lastRow = Math.min(allRows, (first + count) * ROWS_PER_BLOCK);
          correlate[0]!(0, batch.size, firstRow, lastRow - firstRow);
        },
      }
    : overSlices(({ index, first, count }) => correlate[index]!(first, count, 0, allRows), label);
  backward.push(...passUntil(kernel!.learningEpochs, batch, kernelGradient));
  if (site.needsInputGradient)
    backward.push(...passUntil(site.inputLearningEpochs, batch, bindInputGradient()));
  return { prepare, forward: [forward], backward };
}

/** The groups' equal pieces of an array. */
function cutByGroups(array: Float32Array, groups: number): Float32Array[] {
  const floats = array.length / groups;
  return Array.from({ length: groups }, (_, group) => array.subarray(group * floats, (group + 1) * floats));
}

/** A product on images of the mini-batch. */
function overImages(run: (firstImage: number, images: number) => void): Pass {
  return overSlices(({ first, count }) => run(first, count), { products: 1 });
}

/** A product of the whole mini-batch, block by block a panel. */
function overPanels(
  panels: number,
  batch: Batch,
  run: (images: number, firstPanel: number, panels: number) => void,
): Pass {
  return {
    products: 1,
    over: 'blocks',
    waits: true,
    blocks: panels,
    run: (first, count) => run(batch.size, first, count),
  };
}

/** A pass that packs the groups' matrices, block by block a panel. */
function packGroups(
  panels: number,
  matrices: readonly Float32Array[],
  packed: readonly Float32Array[],
  bind: (matrix: Float32Array, packed: Float32Array) => (firstPanel: number, panels: number) => void,
): BlockPass {
  const pack = matrices.map((matrix, group) => bind(matrix, packed[group]!));
  return {
    over: 'blocks',
    waits: false,
    blocks: matrices.length * panels,
    run(first, count) {
      for (let block = first; block < first + count; ) {
        const group = Math.floor(block / panels);
        const panel = block % panels;
        const some = Math.min(panels - panel, first + count - block);
        pack[group]!(panel, some);
        block += some;
      }
    },
  };
}

/** Floats of the groups' packed matrices, plain and transposed. */
export function countPackedFloats(g: WindowGeometry): { packed: number; packedTransposed: number } {
  const [rows, columns] = [kernelRows(g), kernelColumns(g)];
  return {
    packed: g.groups * packedFloats(rows, columns),
    packedTransposed: g.groups * packedFloats(columns, rows),
  };
}
