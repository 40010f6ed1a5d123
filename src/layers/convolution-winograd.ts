import { countTaps, type WindowGeometry } from '../kernels/geometry.js';
import {
  canFilterMinimally,
  countTiles,
  winogradGradientFloats,
  winogradKernelFloats,
  winogradPanels,
} from '../kernels/winograd.js';
import type { LanePasses } from './convolution-products.js';
import type { BlockPass, LayerSite, Pass } from './layer.js';
import { rowsOf } from './parts.js';

/** What minimal filtering is used for. */
export interface WinogradUse {
  /** Y and dX. */
  readonly products: boolean;
  readonly kernelGradient: boolean;
}

/**
 * Multiply-adds that the work besides the products is worth, measured on layers of 4 to 512 channels: for a tile, transforming a channel there
 * and back; for a kernel's gradient, transforming an input channel for each panel, and an output channel.
 */
const TRANSFORM_COST = 85;
const GRADIENT_INPUT_COST = 60;
const GRADIENT_OUTPUT_COST = 80;
/** What a product in transforms costs, and one of a kernel's gradient without, where one of Y without is 1. */
const POINT_COST = 1.125;
const DIRECT_GRADIENT_COST = 1.3;
/** Minimal filtering must save at least a tenth. */
const MARGIN = 0.9;
const POINTS = 16;
const VECTOR_CHANNELS = 16;
/** Tasks that a kernel's gradient is cut into at least, to be shared out evenly among some workers. */
const MIN_GRADIENT_TASKS = 12;
/** Input channels whose kernels one task transforms. */
const INPUTS_PER_BLOCK = 8;

/** Where minimal filtering is quicker: a rule of the shape alone. */
export function chooseWinograd(g: WindowGeometry): WinogradUse {
  if (!canFilterMinimally(g)) return { products: false, kernelGradient: false };
  const { inputChannels, outputChannels } = g;
  // Without transforms, taps in the padding cost nothing.
  const direct = countTaps(g) * inputChannels * outputChannels;
  const tiles = countTiles(g.outputHeight, g.outputWidth);
  const tile =
    POINT_COST * POINTS * inputChannels * outputChannels + TRANSFORM_COST * (inputChannels + outputChannels);
  const products = (tiles + countTiles(g.inputHeight, g.inputWidth)) * tile;
  const padded = Math.ceil(outputChannels / VECTOR_CHANNELS) * VECTOR_CHANNELS;
  const kernelGradient =
    tiles *
    (POINT_COST * POINTS * inputChannels * padded +
      GRADIENT_INPUT_COST * inputChannels * winogradPanels(g) +
      GRADIENT_OUTPUT_COST * outputChannels);
  return {
    products: products < MARGIN * 2 * direct,
    kernelGradient: kernelGradient < MARGIN * DIRECT_GRADIENT_COST * direct,
  };
}

/** Parts of the mini-batch that a kernel's gradient is summed over before they are added up. */
function countGradientParts(g: WindowGeometry): number {
  return Math.ceil(MIN_GRADIENT_TASKS / winogradPanels(g));
}

/** Shared floats of a layer: the transformed kernel, whose place its gradient takes once dX is done. */
export function winogradFloats(g: WindowGeometry): number {
  const { products, kernelGradient } = chooseWinograd(g);
  return Math.max(
    products ? winogradKernelFloats(g) : 0,
    kernelGradient ? winogradGradientFloats(g, countGradientParts(g)) : 0,
  );
}

/** Y and dX by minimal filtering. */
export function bindWinogradProducts(g: WindowGeometry, site: LayerSite): LanePasses {
  const { kernels, scratch, batch, input, output } = site;
  const { kernel, bias } = site.parameters;
  const u = site.shared.winograd!;
  const biasValue = bias?.value ?? null;
  scratch.book(kernels.winogradScratchFloats(g));
  return {
    prepare: [overInputs(g, (first, count) => kernels.winogradKernel(g, kernel!.value, u, first, count))],
    forward: {
      products: 1,
      over: 'units',
      waits: true,
      run(unit) {
        const { first, count } = rowsOf(unit, g.outputHeight);
        kernels.winogradForward(
          g,
          input.value,
          u,
          biasValue,
          output.value,
          scratch.floats,
          unit.group,
          batch.size,
          first,
          count,
        );
      },
    },
    inputGradient: {
      products: 1,
      over: 'units',
      waits: true,
      run(unit) {
        const { first, count } = rowsOf(unit, g.inputHeight);
        kernels.winogradInputGradient(
          g,
          output.gradient,
          u,
          input.gradient,
          scratch.floats,
          unit.group,
          batch.size,
          first,
          count,
        );
      },
    },
  };
}

/** dF by minimal filtering: panels of its transform, each summed over parts of the mini-batch, then the transform back. */
export function bindWinogradKernelGradient(g: WindowGeometry, site: LayerSite): Pass[] {
  const { kernels, scratch, input, output, batch } = site;
  const du = site.shared.winograd!;
  const gradient = site.parameters.kernel!.gradient[0]!;
  const panels = winogradPanels(g);
  const parts = countGradientParts(g);
  scratch.book(kernels.winogradScratchFloats(g));
  return [
    {
      name: 'kernel gradient',
      products: 1,
      over: 'blocks',
      waits: true,
      blocks: parts * panels,
      run(first, count) {
        for (let task = first; task < first + count; task++) {
          kernels.winogradKernelProducts(
            g,
            input.value,
            output.gradient,
            du,
            scratch.floats,
            batch.size,
            Math.floor(task / panels),
            parts,
            task % panels,
          );
        }
      },
    },
    {
      ...overInputs(g, (first, count) =>
        kernels.winogradKernelGradient(g, du, gradient, parts, first, count),
      ),
      waits: true,
      name: 'kernel gradient transform',
    },
  ];
}

/** A pass over blocks of input channels. */
function overInputs(g: WindowGeometry, run: (first: number, count: number) => void): BlockPass {
  return {
    over: 'blocks',
    waits: false,
    blocks: Math.ceil(g.inputChannels / INPUTS_PER_BLOCK),
    run(first, count) {
      const input = first * INPUTS_PER_BLOCK;
      run(input, Math.min(g.inputChannels, (first + count) * INPUTS_PER_BLOCK) - input);
    },
  };
}
