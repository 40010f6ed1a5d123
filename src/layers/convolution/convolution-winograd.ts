import { WINOGRAD_MOST_PANELS } from '../../kernels/constants.js';
import { countTaps, type WindowGeometry } from '../../kernels/geometry.js';
import {
  countPoints,
  countTiles,
  listTiles,
  winogradGradientFloats,
  winogradKernelFloats,
  winogradPanels,
} from '../../kernels/winograd.js';
import type { LayerSite, SharedPlan } from '../layer.js';
import type { BlockPass, Pass } from '../pass.js';
import { overBundles } from './bundle-cut.js';
import type { LanePasses } from './convolution-products.js';

/** What minimal filtering is used for, and by which tiles: outputs along each axis, 0 where sums over taps are quicker. */
export interface WinogradUse {
  readonly forward: number;
  /** The forward pass's, or 0. */
  readonly inputGradient: number;
  readonly kernelGradient: number;
}

/**
 * Multiply-adds that the work besides the products is worth, measured on layers of 4 to 512 channels, by the points along each axis: for a
 * tile, transforming a channel there and back; for a kernel's gradient, transforming an input channel for each run of panels, and an output channel.
 */
const TRANSFORM_COST: Readonly<Record<number, number>> = { 4: 85, 6: 330 };
const GRADIENT_INPUT_COST: Readonly<Record<number, number>> = { 4: 60, 6: 280 };
const GRADIENT_OUTPUT_COST: Readonly<Record<number, number>> = { 4: 80, 6: 420 };
/** What a product in transforms costs, and one of a kernel's gradient without, where one of Y without is 1. */
const POINT_COST = 1.125;
const DIRECT_GRADIENT_COST = 1.3;
/** Transforms of tiles that overlap in dX cost more, as they are added up, and units cannot share them: so they must save a quarter. */
const OVERLAP_TRANSFORM_FACTOR = 1.5;
const OVERLAP_MARGIN = 0.75;
/** Minimal filtering must save at least a tenth. */
const MARGIN = 0.9;
/** A tail of output channels costs whole halves of a vector. */
const HALF_VECTOR = 8;
/** Tasks that a kernel's gradient is cut into at least, to be shared out evenly among some workers. */
const MIN_GRADIENT_TASKS = 8;
/** Forty megabytes. */
const MAX_GRADIENT_FLOATS = 10 * 2 ** 20;
/** Four megabytes. */
const MIN_TRANSIENT_FLOATS = 2 ** 20;
/** Input channels whose kernels one task transforms. */
const INPUTS_PER_BLOCK = 8;

/** Where minimal filtering is quicker, and by which tiles: a rule of the shape alone. */
export function chooseWinograd(g: WindowGeometry): WinogradUse {
  // Without transforms, taps in the padding cost nothing.
  const direct = countTaps(g) * g.inputChannels * g.outputChannels;
  let use: WinogradUse = { forward: 0, inputGradient: 0, kernelGradient: 0 };
  let products = 2 * direct;
  let gradient = MARGIN * DIRECT_GRADIENT_COST * direct;
  for (const tile of listTiles(g)) {
    const forward = costProducts(g, tile, countTiles(g.outputHeight, g.outputWidth, tile));
    const inputGradient = cutInputGradient(g, tile).cost;
    const quicker = (cost: number) => (cost < MARGIN * direct ? tile : 0);
    const both = Math.min(forward / MARGIN, direct) + Math.min(inputGradient / MARGIN, direct);
    if (both < products) {
      products = both;
      use = { ...use, forward: quicker(forward), inputGradient: quicker(inputGradient) };
    }
    const kernelGradient = costKernelGradient(g, tile);
    if (kernelGradient < gradient) {
      gradient = kernelGradient;
      use = { ...use, kernelGradient: tile };
    }
  }
  return use;
}

/** How dX is computed: by tiles of its own, or by those of dY, which overlap in dX, where they cost less. */
function cutInputGradient(
  g: WindowGeometry,
  tile: number,
): { readonly cost: number; readonly tiles: number; readonly overlap: boolean } {
  const own = countTiles(g.inputHeight, g.inputWidth, tile);
  const overlapping = countTiles(g.outputHeight, g.outputWidth, tile);
  const cost = costProducts(g, tile, own);
  const overlappingCost = costProducts(g, tile, overlapping, OVERLAP_TRANSFORM_FACTOR);
  return overlappingCost < OVERLAP_MARGIN * cost
    ? { cost: overlappingCost, tiles: overlapping, overlap: true }
    : { cost, tiles: own, overlap: false };
}

/** Of Y or dX, in multiply-adds of a sum over taps. */
function costProducts(g: WindowGeometry, tile: number, tiles: number, transformFactor = 1): number {
  const { inputChannels, outputChannels } = g;
  const points = countPoints(g, tile);
  const transforms = transformFactor * TRANSFORM_COST[Math.sqrt(points)]! * (inputChannels + outputChannels);
  return tiles * (POINT_COST * points * inputChannels * outputChannels + transforms);
}

/** Likewise, of dF. */
function costKernelGradient(g: WindowGeometry, tile: number): number {
  const { inputChannels, outputChannels } = g;
  const points = countPoints(g, tile);
  const padded = Math.ceil(outputChannels / HALF_VECTOR) * HALF_VECTOR;
  const transforms =
    GRADIENT_INPUT_COST[Math.sqrt(points)]! * inputChannels * cutGradient(g, tile).runs +
    GRADIENT_OUTPUT_COST[Math.sqrt(points)]! * outputChannels;
  return (
    countTiles(g.outputHeight, g.outputWidth, tile) *
    (POINT_COST * points * inputChannels * padded + transforms)
  );
}

/**
 * How a kernel's gradient is cut into tasks: parts of the mini-batch, which are added up at the end, each into runs of panels. The fewer runs,
 * the less often an input is transformed; the fewer parts, the less memory.
 */
function cutGradient(g: WindowGeometry, tile: number): { parts: number; panels: number; runs: number } {
  const panels = winogradPanels(g);
  const fewestRuns = Math.ceil(panels / WINOGRAD_MOST_PANELS);
  const mostParts = Math.floor(MAX_GRADIENT_FLOATS / winogradGradientFloats(g, tile, 1));
  const parts = Math.max(1, Math.min(mostParts, Math.ceil(MIN_GRADIENT_TASKS / fewestRuns)));
  const runs = Math.min(panels, Math.max(fewestRuns, Math.ceil(MIN_GRADIENT_TASKS / parts)));
  return { parts, panels, runs };
}

/**
 * Shared memory of a layer: the transformed kernel, and its gradient. Of wide layers they are much, and transforming a kernel twice a step
 * little beside their products, so there the gradient takes the kernel's place once dX is done, and the layers take turns.
 */
export function planWinogradMemory(g: WindowGeometry): Record<'winograd' | 'winogradGradient', SharedPlan> {
  const { forward, inputGradient, kernelGradient } = chooseWinograd(g);
  const products = forward || inputGradient;
  const kernel = products ? winogradKernelFloats(g, products) : 0;
  const gradient = kernelGradient
    ? winogradGradientFloats(g, kernelGradient, cutGradient(g, kernelGradient).parts)
    : 0;
  const transient = Math.max(kernel, gradient) >= MIN_TRANSIENT_FLOATS;
  return {
    winograd: { floats: kernel, transient },
    winogradGradient: { floats: gradient, transient, onlyInTraining: true },
  };
}

/** Y and dX by minimal filtering. */
export function bindWinogradProducts(g: WindowGeometry, site: LayerSite, tile: number): LanePasses {
  const { kernels, input, output } = site;
  const { kernel, bias } = site.parameters;
  const u = site.shared.winograd!;
  const transform = overInputs(g, kernels.bindWinogradKernel({ g, tile, f: kernel!.value, u }));
  const forward = kernels.bindWinogradForward({
    g,
    tile,
    x: input.value,
    u,
    bias: bias?.value ?? null,
    y: output.value,
  });
  const { tiles, overlap } = cutInputGradient(g, tile);
  const bindInputGradient = overlap
    ? kernels.bindWinogradInputGradientOverlapping
    : kernels.bindWinogradInputGradient;
  const inputGradient = bindInputGradient({
    g,
    tile,
    dy: output.gradient,
    u,
    dx: input.gradient,
  });
  const weights = winogradKernelFloats(g, tile);
  const anew = site.training && takesTurns(g);
  const before: Pass[] = anew ? [{ ...transform, name: 'prepare', waits: true }] : [];
  return {
    prepare: anew ? [] : [transform],
    forward: [
      ...before,
      overBundles(
        site,
        {
          values: output.value,
          shape: output.shape,
          tiles: countTiles(g.outputHeight, g.outputWidth, tile),
          weights,
        },
        forward,
      ),
    ],
    inputGradient: [
      ...before,
      overBundles(
        site,
        { values: input.gradient, shape: input.shape, tiles, weights, overlap },
        inputGradient,
      ),
    ],
  };
}

/**
 * dF by minimal filtering: panels of its transform, each summed over parts of the mini-batch, then the transform back.
 *
 * @param behindInputGradient whether the passes for dX, behind whose barrier all of dY is there, come before
 */
export function bindWinogradKernelGradient(
  g: WindowGeometry,
  site: LayerSite,
  tile: number,
  behindInputGradient: boolean,
): Pass[] {
  const { kernels, input, output, batch } = site;
  const apart = !takesTurns(g);
  const du = site.shared.winogradGradient!;
  const df = site.parameters.kernel!.gradient[0]!;
  const { parts, panels, runs } = cutGradient(g, tile);
  const multiply = kernels.bindWinogradKernelProducts({
    g,
    tile,
    x: input.value,
    dy: output.gradient,
    du,
    parts,
  });
  const transform = kernels.bindWinogradKernelGradient({ g, tile, du, df, parts });
  return [
    {
      name: 'kernel gradient',
      products: 1,
      over: 'blocks',
      waits: !(apart && behindInputGradient),
      aside: apart && behindInputGradient,
      blocks: parts * runs,
      run(first, count) {
        for (let task = first; task < first + count; task++) {
          const [part, run] = [Math.floor(task / runs), task % runs];
          const panel = Math.floor((run * panels) / runs);
          multiply(batch.size, part, panel, Math.floor(((run + 1) * panels) / runs) - panel);
        }
      },
    },
    {
      ...overInputs(g, transform),
      waits: true,
      aside: apart,
      name: 'kernel gradient transform',
    },
  ];
}

/** Whether the layer's memory is another layer's in between. */
function takesTurns(g: WindowGeometry): boolean {
  return planWinogradMemory(g).winograd.transient === true;
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
