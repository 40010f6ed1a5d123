import type { Shape } from '../core/shape.js';

/**
 * How a window (a convolution's kernel or a pooling window) slides over an input. Sizes in pixels; the padding below and
 * to the right follows from the output's size.
 */
export interface WindowGeometry {
  readonly inputHeight: number;
  readonly inputWidth: number;
  readonly inputChannels: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideY: number;
  readonly strideX: number;
  readonly padTop: number;
  readonly padLeft: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  readonly outputChannels: number;
  /** Equal parts of the channels, each convolved by itself; 1 but for a grouped convolution. */
  readonly groups: number;
}

/** The geometry of a window sliding over `input` with the given result. */
export function makeGeometry(
  input: Shape,
  window: {
    kernel: readonly [height: number, width: number];
    stride: readonly [y: number, x: number];
    padding: readonly [top: number, bottom: number, left: number, right: number];
  },
  output: Shape,
  groups = 1,
): WindowGeometry {
  return {
    inputHeight: input.height,
    inputWidth: input.width,
    inputChannels: input.channels,
    kernelHeight: window.kernel[0],
    kernelWidth: window.kernel[1],
    strideY: window.stride[0],
    strideX: window.stride[1],
    padTop: window.padding[0],
    padLeft: window.padding[2],
    outputHeight: output.height,
    outputWidth: output.width,
    outputChannels: output.channels,
    groups,
  };
}

/** Rows of one group's kernel matrix F (chapter 15, equation 15.25): H·W·D^l, the length of one row of its phi(X). */
export function kernelRows(g: WindowGeometry): number {
  return (g.kernelHeight * g.kernelWidth * g.inputChannels) / g.groups;
}

/** Columns of one group's kernel matrix F: D. */
export function kernelColumns(g: WindowGeometry): number {
  return g.outputChannels / g.groups;
}

/** True if the one window position covers the whole input: the convolution is a fully connected layer and phi(X) = X. */
export function coversInput(g: WindowGeometry): boolean {
  return (
    g.kernelHeight === g.inputHeight &&
    g.kernelWidth === g.inputWidth &&
    g.padTop === 0 &&
    g.padLeft === 0 &&
    g.outputHeight === 1 &&
    g.outputWidth === 1
  );
}

/** How many products of an input pixel with a kernel's element make one output channel from one input channel: taps in the padding are none. */
export function countTaps(g: WindowGeometry): number {
  const along = (outputs: number, stride: number, pad: number, kernel: number, inputs: number) => {
    let taps = 0;
    for (let o = 0; o < outputs; o++) {
      const start = o * stride - pad;
      taps += Math.max(0, Math.min(kernel, inputs - start) - Math.max(0, -start));
    }
    return taps;
  };
  return (
    along(g.outputHeight, g.strideY, g.padTop, g.kernelHeight, g.inputHeight) *
    along(g.outputWidth, g.strideX, g.padLeft, g.kernelWidth, g.inputWidth)
  );
}
