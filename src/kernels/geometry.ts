import type { Shape } from '../core/shape.js';

/**
 * How a window (a convolution's kernel or a pooling window) slides over an input. Sizes in pixels; what windows reach of the padding below
 * and to the right follows from the output's size.
 */
export interface WindowGeometry {
  readonly inputHeight: number;
  readonly inputWidth: number;
  readonly inputChannels: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideY: number;
  readonly strideX: number;
  /** From one of the window's elements to the next; 1 but for a dilated convolution. */
  readonly dilationY: number;
  readonly dilationX: number;
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
    dilation?: readonly [y: number, x: number] | undefined;
    padding: readonly [top: number, bottom: number, left: number, right: number];
  },
  output: Shape,
  groups = 1,
): WindowGeometry {
  const [dilationY, dilationX] = window.dilation ?? [1, 1];
  return {
    inputHeight: input.height,
    inputWidth: input.width,
    inputChannels: input.channels,
    kernelHeight: window.kernel[0],
    kernelWidth: window.kernel[1],
    strideY: window.stride[0],
    strideX: window.stride[1],
    dilationY,
    dilationX,
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

/** Whether there are gaps between the window's elements. */
export function isDilated(g: WindowGeometry): boolean {
  return g.dilationY > 1 || g.dilationX > 1;
}

/** True if the one window position covers the whole input: the convolution is a fully connected layer and phi(X) = X. */
export function coversInput(g: WindowGeometry): boolean {
  return (
    !isDilated(g) &&
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
  const along = (
    outputs: number,
    { stride, dilation, pad }: { stride: number; dilation: number; pad: number },
    kernel: number,
    inputs: number,
  ) => {
    let taps = 0;
    for (let o = 0; o < outputs; o++) {
      const start = o * stride - pad;
      const first = Math.max(0, Math.ceil(-start / dilation));
      taps += Math.max(0, Math.min(kernel, Math.ceil((inputs - start) / dilation)) - first);
    }
    return taps;
  };
  const steps = {
    y: { stride: g.strideY, dilation: g.dilationY, pad: g.padTop },
    x: { stride: g.strideX, dilation: g.dilationX, pad: g.padLeft },
  };
  return (
    along(g.outputHeight, steps.y, g.kernelHeight, g.inputHeight) *
    along(g.outputWidth, steps.x, g.kernelWidth, g.inputWidth)
  );
}
