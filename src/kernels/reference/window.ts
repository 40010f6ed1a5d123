import type { WindowGeometry } from '../geometry.js';

/** One element of one window: which output pixel it counts for, where it stands in the window, which input pixel it reads. */
export interface Tap {
  /** y·outputWidth + x */
  readonly output: number;
  /** y·kernelWidth + x */
  readonly kernel: number;
  /** y·inputWidth + x */
  readonly input: number;
}

/**
 * Every tap that reads a pixel rather than padding: the windows in row order, and inside a window its elements in row
 * order. These are the ones of the indicator matrix M (chapter 15.5.6), for one channel of one image.
 */
export function listTaps(g: WindowGeometry): Tap[] {
  const taps: Tap[] = [];
  for (let outputY = 0; outputY < g.outputHeight; outputY++) {
    for (let outputX = 0; outputX < g.outputWidth; outputX++) {
      for (let kernelY = 0; kernelY < g.kernelHeight; kernelY++) {
        for (let kernelX = 0; kernelX < g.kernelWidth; kernelX++) {
          const y = outputY * g.strideY - g.padTop + kernelY * g.dilationY;
          const x = outputX * g.strideX - g.padLeft + kernelX * g.dilationX;
          if (y < 0 || y >= g.inputHeight || x < 0 || x >= g.inputWidth) continue;
          taps.push({
            output: outputY * g.outputWidth + outputX,
            kernel: kernelY * g.kernelWidth + kernelX,
            input: y * g.inputWidth + x,
          });
        }
      }
    }
  }
  return taps;
}

/** Floats of one image of the input. */
export function inputFloats(g: WindowGeometry): number {
  return g.inputHeight * g.inputWidth * g.inputChannels;
}

/** Floats of one image of the output. */
export function outputFloats(g: WindowGeometry): number {
  return g.outputHeight * g.outputWidth * g.outputChannels;
}
