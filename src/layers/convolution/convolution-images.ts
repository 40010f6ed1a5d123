import { coversInput, kernelColumns, kernelRows, type WindowGeometry } from '../../kernels/geometry.js';
import { packedFloats, panelCount } from '../../kernels/interface/products.js';
import type { BoundLayer, LayerSite } from '../layer.js';
import { type BlockPass, overSlices, type Pass, passUntil } from '../pass.js';

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
  const { kernels, scratch, batch, input, output } = site;
  const rows = kernelRows(g);
  const columns = kernelColumns(g);
  const { kernel, bias } = site.parameters;
  const { packed, packedTransposed } = site.shared;
  const cutByOutputs = coversInput(g) && g.groups === 1 && rows * columns >= MIN_WEIGHTS_TO_CUT_BY_OUTPUTS;
  scratch.book(kernels.convolutionScratchFloats(g));
  scratch.book(kernels.matmulScratchFloats(Math.max(rows, columns)));
  scratch.book(kernels.channelScratchFloats(g.outputChannels));

  const matrices = cutByGroups(kernel!.value, g.groups);
  const prepare = [
    packGroups(matrices, cutByGroups(packed!, g.groups), panelCount(columns), (f, to, first, count) =>
      kernels.pack(rows, columns, f, to, first, count),
    ),
  ];
  if (site.training && site.needsInputGradient) {
    prepare.push({
      name: 'prepare transposed',
      ...packGroups(
        matrices,
        cutByGroups(packedTransposed!, g.groups),
        panelCount(rows),
        (f, to, first, count) => kernels.packTransposed(rows, columns, f, to, first, count),
      ),
    });
  }

  const biasValue = bias?.value ?? null;
  const forward: Pass = cutByOutputs
    ? {
        products: 1,
        over: 'blocks',
        waits: true,
        blocks: panelCount(columns),
        run: (first, count) =>
          kernels.matmul(
            batch.size,
            columns,
            rows,
            input.value,
            packed!,
            biasValue,
            output.value,
            scratch.floats,
            first,
            count,
          ),
      }
    : overSlices(
        ({ first, count }) =>
          kernels.convolutionForward(
            g,
            input.value,
            packed!,
            biasValue,
            output.value,
            scratch.floats,
            first,
            count,
          ),
        { products: 1 },
      );
  if (!site.training) return { prepare, forward: [forward], backward: [] };

  const positions = g.outputHeight * g.outputWidth;
  const backward: Pass[] = [];
  if (bias) {
    const biasGradient = overSlices(
      ({ index, first, count }) =>
        kernels.sumRows(
          g.outputChannels,
          output.gradient,
          bias.gradient[index]!,
          scratch.floats,
          first * positions,
          count * positions,
        ),
      { name: 'bias gradient' },
    );
    backward.push(...passUntil(bias.learningEpochs, batch, biasGradient));
  }
  const inputGradient: Pass = cutByOutputs
    ? {
        products: 1,
        over: 'blocks',
        waits: true,
        blocks: panelCount(rows),
        run: (first, count) =>
          kernels.matmul(
            batch.size,
            rows,
            columns,
            output.gradient,
            packedTransposed!,
            null,
            input.gradient,
            scratch.floats,
            first,
            count,
          ),
      }
    : overSlices(
        ({ first, count }) =>
          kernels.convolutionInputGradient(
            g,
            output.gradient,
            packedTransposed!,
            input.gradient,
            scratch.floats,
            first,
            count,
          ),
        { products: 1 },
      );
  const label = { name: 'kernel gradient', products: 1 };
  const allRows = g.groups * rows;
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
          kernels.convolutionKernelGradient(
            g,
            input.value,
            output.gradient,
            kernel!.gradient[0]!,
            scratch.floats,
            0,
            batch.size,
            firstRow,
            lastRow - firstRow,
          );
        },
      }
    : overSlices(
        ({ index, first, count }) =>
          kernels.convolutionKernelGradient(
            g,
            input.value,
            output.gradient,
            kernel!.gradient[index]!,
            scratch.floats,
            first,
            count,
            0,
            allRows,
          ),
        label,
      );
  backward.push(...passUntil(kernel!.learningEpochs, batch, kernelGradient));
  backward.push(...passUntil(site.inputLearningEpochs, batch, inputGradient));
  return { prepare, forward: [forward], backward };
}

/** The groups' equal pieces of an array. */
function cutByGroups(array: Float32Array, groups: number): Float32Array[] {
  const floats = array.length / groups;
  return Array.from({ length: groups }, (_, group) => array.subarray(group * floats, (group + 1) * floats));
}

/** A pass that packs the groups' matrices, block by block a panel. */
function packGroups(
  matrices: readonly Float32Array[],
  packed: readonly Float32Array[],
  panels: number,
  pack: (matrix: Float32Array, packed: Float32Array, firstPanel: number, panels: number) => void,
): BlockPass {
  return {
    over: 'blocks',
    waits: false,
    blocks: matrices.length * panels,
    run(first, count) {
      for (let block = first; block < first + count; ) {
        const group = Math.floor(block / panels);
        const panel = block % panels;
        const some = Math.min(panels - panel, first + count - block);
        pack(matrices[group]!, packed[group]!, panel, some);
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
