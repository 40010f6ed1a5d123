import { kernelRows, type WindowGeometry } from '../kernels/geometry.js';
import { type Kernels, packedFloats, panelCount } from '../kernels/kernels.js';
import { type ConvolutionPart, inputFloats, kernelFloats, outputFloats } from './convolution-shape.js';
import { allocateFloats, drawFloats } from './floats.js';

/** A convolution's parts on images one after another, n×h×w×c; packing of the kernel, once a step, is part of them. */
export function bindConvolutionImages(
  g: WindowGeometry,
  images: number,
  kernels: Kernels,
): Record<ConvolutionPart, () => void> {
  const rows = kernelRows(g);
  const columns = g.outputChannels;
  const x = drawFloats(images * inputFloats(g));
  const dx = allocateFloats(images * inputFloats(g));
  const y = allocateFloats(images * outputFloats(g));
  const dy = drawFloats(images * outputFloats(g));
  const f = drawFloats(kernelFloats(g));
  const df = allocateFloats(kernelFloats(g));
  const packed = allocateFloats(packedFloats(rows, columns));
  const packedTransposed = allocateFloats(packedFloats(columns, rows));
  const scratch = allocateFloats(kernels.convolutionScratchFloats(g));
  return {
    forward() {
      kernels.pack(rows, columns, f, packed, 0, panelCount(columns));
      kernels.convolutionForward(g, x, packed, null, y, scratch, 0, images);
    },
    'kernel-gradient'() {
      kernels.convolutionKernelGradient(g, x, dy, df, scratch, 0, images, 0, rows);
    },
    'input-gradient'() {
      kernels.packTransposed(rows, columns, f, packedTransposed, 0, panelCount(rows));
      kernels.convolutionInputGradient(g, dy, packedTransposed, dx, scratch, 0, images);
    },
  };
}
