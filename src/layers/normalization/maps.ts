import type { LayerSite } from '../layer.js';
import { overParts, type Part, widthOf } from '../parts.js';
import type { Pass } from '../pass.js';

/** Of y = x·gain + offset in each column of x's rows, and of dx = dy·a + x·b + d. */
export interface Coefficients {
  readonly mean: Float32Array;
  readonly gain: Float32Array;
  readonly offset: Float32Array;
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly d: Float32Array;
}

/** Of each part of x, where its sums of gradients go. */
export type GradientSums = readonly (readonly [sums: Float32Array, products: Float32Array])[];

/** What batch normalisation does on its maps once it has its coefficients, and a ReLU behind it if it is rectified. */
export interface Maps {
  bindForward(site: LayerSite, rectified: boolean, by: Pick<Coefficients, 'gain' | 'offset'>): Pass;
  /** Sums of dy and of dy·(x − mean), over a part of x. */
  bindSums(
    site: LayerSite,
    rectified: boolean,
    by: Pick<Coefficients, 'mean' | 'gain' | 'offset'>,
    sums: GradientSums,
  ): (part: Part) => void;
  /** dx of a part of x. */
  bindCombine(site: LayerSite, rectified: boolean, by: Omit<Coefficients, 'mean'>): (part: Part) => void;
  /** Whether a part of x is all that reads its dy and makes its y. */
  isApart(site: LayerSite): boolean;
}

/** Each number by itself. */
export const wholeMaps: Maps = {
  bindForward(site, rectified, { gain, offset }) {
    const { input, output, layout, kernels } = site;
    const normalize = kernels.bindScaleChannels({
      channels: widthOf(input.shape, layout),
      x: input.value,
      scale: gain,
      shift: offset,
      rectified,
      y: output.value,
    });
    return overParts(input.shape, layout, ({ firstRow, rows }) => normalize(firstRow, rows));
  },

  bindSums({ input, output, layout, kernels }, rectified, { mean, gain, offset }, partSums) {
    const channels = widthOf(input.shape, layout);
    const arrays = {
      channels,
      x: input.value,
      dy: output.gradient,
      mean,
      ...rectifier(rectified, gain, offset),
    };
    const sumPart = partSums.map(([sums, products]) =>
      kernels.bindChannelGradientSums({ ...arrays, sums, products }),
    );
    return ({ index, firstRow, rows }) => sumPart[index]!(firstRow, rows);
  },

  bindCombine({ input, output, layout, kernels }, rectified, { gain, offset, a, b, d }) {
    const channels = widthOf(input.shape, layout);
    const arrays = { x: input.value, dy: output.gradient, dx: input.gradient };
    const combine = kernels.bindCombineChannels({
      channels,
      ...arrays,
      a,
      b,
      d,
      ...rectifier(rectified, gain, offset),
    });
    return ({ firstRow, rows }) => combine(firstRow, rows);
  },

  isApart: () => true,
};

function rectifier(rectified: boolean, scale: Float32Array, shift: Float32Array) {
  return rectified ? { scale, shift } : { scale: null, shift: null };
}
