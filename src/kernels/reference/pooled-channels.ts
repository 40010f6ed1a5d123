import type { WindowGeometry } from '../geometry.js';
import type { Kernels } from '../kernels.js';
import { sumChannels } from './rows.js';

/** What a pass over pooled maps reads of x. */
interface Scaled {
  readonly g: WindowGeometry;
  readonly x: Float32Array;
  readonly scale: Float32Array;
  readonly shift: Float32Array;
  readonly rectified: boolean;
}

interface Pooled extends Scaled {
  readonly y: Float32Array;
  readonly dy: Float32Array;
}

/** What the pooling sees at an offset of x, that of a channel of some pixel. */
function bindActivation({ g, x, scale, shift, rectified }: Scaled): (offset: number) => number {
  return (offset) => {
    const c = offset % g.inputChannels;
    const scaled = Math.fround(x[offset]! * scale[c]! + shift[c]!);
    // NaN compares false and passes through.
    return rectified && scaled <= 0 ? 0 : scaled;
  };
}

/** The offsets in x of a window's elements, in row order, for one channel. */
function listElements(g: WindowGeometry, line: number, column: number, channel: number): number[] {
  const top = Math.floor(line / g.outputHeight) * g.inputHeight + 2 * (line % g.outputHeight);
  return [0, 1].flatMap((down) =>
    [0, 1].map((right) => ((top + down) * g.inputWidth + 2 * column + right) * g.inputChannels + channel),
  );
}

/** What reaches an offset of x of the gradients of its window. */
function bindGradient(kernel: Pooled): (offset: number) => number {
  const { g, y, dy, rectified } = kernel;
  const activationAt = bindActivation(kernel);
  return (offset) => {
    const [c, pixel] = [offset % g.inputChannels, Math.floor(offset / g.inputChannels)];
    const [column, line] = [pixel % g.inputWidth, Math.floor(pixel / g.inputWidth)];
    const [windowColumn, windowRow] = [column >> 1, (line % g.inputHeight) >> 1];
    if (windowColumn === g.outputWidth || windowRow === g.outputHeight) return 0;
    const windowLine = Math.floor(line / g.inputHeight) * g.outputHeight + windowRow;
    const window = (windowLine * g.outputWidth + windowColumn) * g.outputChannels + c;
    const winner = listElements(g, windowLine, windowColumn, c).find(
      (element) => activationAt(element) === y[window],
    );
    // Where the ReLU made it 0, nothing passes.
    return winner === offset && !(rectified && y[window] === 0) ? dy[window]! : 0;
  };
}

export const bindScaleAndPool: Kernels['bindScaleAndPool'] = (kernel) => {
  const { g, y } = kernel;
  const activationAt = bindActivation(kernel);
  return (firstLine, lines) => {
    for (let line = firstLine; line < firstLine + lines; line++) {
      for (let column = 0; column < g.outputWidth; column++) {
        for (let c = 0; c < g.outputChannels; c++) {
          const values = listElements(g, line, column, c).map(activationAt);
          const greatest = values.every(Number.isFinite) ? Math.max(...values) : Number.NaN;
          y[(line * g.outputWidth + column) * g.outputChannels + c] = greatest;
        }
      }
    }
  };
};

export const bindPooledGradientSums: Kernels['bindPooledGradientSums'] = (kernel) => {
  const { g, x, mean, sums, products } = kernel;
  const gradientAt = bindGradient(kernel);
  return (firstLine, lines) => {
    const rows = { first: firstLine * g.inputWidth, count: lines * g.inputWidth };
    sums.set(sumChannels(g.inputChannels, rows, gradientAt));
    products.set(sumChannels(g.inputChannels, rows, (i, c) => gradientAt(i) * (x[i]! - mean[c]!)));
  };
};

export const bindCombinePooled: Kernels['bindCombinePooled'] = (kernel) => {
  const { g, x, a, b, d, dx } = kernel;
  const gradientAt = bindGradient(kernel);
  return (firstLine, lines) => {
    const line = g.inputWidth * g.inputChannels;
    for (let i = firstLine * line; i < (firstLine + lines) * line; i++) {
      const c = i % g.inputChannels;
      dx[i] = gradientAt(i) * a[c]! + x[i]! * b[c]! + d[c]!;
    }
  };
};
