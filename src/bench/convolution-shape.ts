import { kernelRows, makeGeometry, type WindowGeometry } from '../kernels/geometry.js';

/** The three products of a convolution (chapter 15, equations 15.25, 15.38, 15.48). */
export type ConvolutionPart = 'forward' | 'kernel-gradient' | 'input-gradient';

/** A convolution with stride 1, a square kernel and the same padding on all sides. */
export interface ConvolutionShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly kernel: number;
  readonly filters: number;
  readonly padding: number;
  /** Default 1. */
  readonly groups?: number;
}

export function geometryOf(shape: ConvolutionShape): WindowGeometry {
  const { height, width, channels, kernel, filters, padding, groups } = shape;
  return makeGeometry(
    { height, width, channels },
    { kernel: [kernel, kernel], stride: [1, 1], padding: [padding, padding, padding, padding] },
    {
      height: height + 2 * padding - kernel + 1,
      width: width + 2 * padding - kernel + 1,
      channels: filters,
    },
    groups,
  );
}

/** Floats of one image's input. */
export const inputFloats = (g: WindowGeometry) => g.inputHeight * g.inputWidth * g.inputChannels;
/** Floats of one image's output. */
export const outputFloats = (g: WindowGeometry) => g.outputHeight * g.outputWidth * g.outputChannels;
export const kernelFloats = (g: WindowGeometry) => kernelRows(g) * g.outputChannels;
/** Of each of the three products. */
export const flopsPerImage = (g: WindowGeometry) => 2 * outputFloats(g) * kernelRows(g);
