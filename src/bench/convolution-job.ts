import type { Kernels } from '../kernels/kernels.js';
import type { Layout } from '../layers/layer.js';
import { bindConvolutionImages } from './convolution-images.js';
import { bindConvolutionLanes } from './convolution-lanes.js';
import { type ConvolutionPart, type ConvolutionShape, geometryOf } from './convolution-shape.js';

/** Parts of a convolution, one after another. */
export interface ConvolutionJob {
  readonly kind: 'convolution';
  readonly shape: ConvolutionShape;
  readonly images: number;
  readonly parts: readonly ConvolutionPart[];
  /** How activations lie: image after image, or in groups of images side by side, as narrow layers have it. */
  readonly layout: Layout;
}

export function bindConvolution(
  { shape, images, parts, layout }: ConvolutionJob,
  kernels: Kernels,
): () => void {
  const bind = layout === 'lanes' ? bindConvolutionLanes : bindConvolutionImages;
  const bound = bind(geometryOf(shape), images, kernels);
  const runs = parts.map((part) => bound[part]);
  return () => {
    for (const run of runs) run();
  };
}
