import type { BlockPass } from '../layers/pass.js';
import type { UpdateSite } from './optimizers/optimizer.js';
import { cutAndBind } from './segments.js';

/** Keeps a gradient of zeros from being divided by zero; PyTorch's. */
const EPSILON = 1e-6;

export interface Clipping {
  /** That the gradient may have at most. */
  readonly norm: number;
  /** Sums of squares, one a segment, in shared memory. */
  readonly squares: Float32Array;
}

/** What gradients are multiplied with, given the sum of all squares: at most 1. */
export function clipFactor(norm: number, squares: number): number {
  return Math.min(1, norm / (Math.sqrt(squares) + EPSILON));
}

/**
 * Passes behind the reduction that scale all gradients by one factor so that their common norm is at most `norm` (torch.nn.utils.clip_grad_norm_;
 * Pascanu et al. 2013). Squares are summed segment by segment and then over the segments in their order, by every worker for itself. Parameters that
 * are frozen do not count.
 */
export function planClipping(
  { kernels, parameters }: Pick<UpdateSite, 'kernels' | 'parameters'>,
  { norm, squares }: Clipping,
): BlockPass[] {
  const segments = cutAndBind(parameters, ({ gradient: x }) => ({
    sumSquares: kernels.bindSumSquares({ x, sums: squares }),
    scale: kernels.bindScaleElements({ x, y: x }),
  }));
  let factor = 1;
  return [
    {
      name: 'gradient norm',
      over: 'blocks',
      waits: false,
      blocks: segments.length,
      run(first, count) {
        for (let i = first; i < first + count; i++) {
          const { parameter, sumSquares, ...piece } = segments[i]!;
          if (parameter.learns()) sumSquares(i, piece.first, piece.count);
          else squares[i] = 0;
        }
      },
    },
    {
      name: 'gradient clipping',
      over: 'blocks',
      waits: true,
      blocks: segments.length,
      begin() {
        let sum = 0;
        for (let i = 0; i < segments.length; i++) sum += squares[i]!;
        factor = clipFactor(norm, sum);
      },
      run(first, count) {
        if (factor === 1) return;
        for (let i = first; i < first + count; i++) {
          const { parameter, scale, ...piece } = segments[i]!;
          if (parameter.learns()) scale(factor, piece.first, piece.count);
        }
      },
    },
  ];
}
