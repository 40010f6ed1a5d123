import { z } from 'zod';
import { UserError } from '../core/errors.js';
import { formatShape, type Shape } from '../core/shape.js';

/** Rows and columns that an input may have, with its padding: a plan goes through them one by one. */
export const MAX_EXTENT = 2 ** 16;

const size = z.int().min(1).max(MAX_EXTENT);
const pad = z.int().min(0);

type Pair = readonly [y: number, x: number];
export type Padding = readonly [top: number, bottom: number, left: number, right: number];

export const NO_PADDING: Padding = [0, 0, 0, 0];

/** A size per axis, [height, width] or [y, x]; one number stands for both. */
export const pairSchema = z.preprocess(
  expandPair<Pair>,
  z.tuple([size, size], { error: 'expected a number or [y, x], of whole numbers from 1 up' }),
);

/** The same, or a word. */
export function pairOf<Word extends string>(word: Word) {
  return z.preprocess(
    expandPair<Word | Pair>,
    z.union([z.literal(word), z.tuple([size, size])], {
      error: `expected '${word}', a number or [y, x], of whole numbers from 1 up`,
    }),
  );
}

function expandPair<Written>(value: number | Written): unknown {
  return typeof value === 'number' ? [value, value] : value;
}

/**
 * Rows and columns of zeros around the input: a number for all sides, [y, x], [top, bottom, left, right], or `same`, which keeps
 * the size at stride 1.
 */
export const paddingSchema = z.preprocess(
  expandPadding,
  z.union([z.literal('same'), z.tuple([pad, pad, pad, pad])], {
    error: "expected 'same', a number, [y, x] or [top, bottom, left, right], of whole numbers from 0 up",
  }),
);

function expandPadding(value: 'same' | number | Pair | Padding): unknown {
  if (typeof value === 'number') return [value, value, value, value];
  if (Array.isArray(value) && value.length === 2) return [value[0], value[0], value[1], value[1]];
  return value;
}

/**
 * Padding in numbers. `same` is the chapter's rule: floor((H − 1) / 2) rows above and floor(H / 2) below for a window H
 * high, likewise for columns.
 */
export function resolvePadding(
  padding: 'same' | Padding,
  window: Pick<WindowConfig, 'kernel' | 'dilation'>,
): Padding {
  if (padding !== 'same') return padding;
  const [height, width] = extentOf(window);
  return [
    Math.floor((height - 1) / 2),
    Math.floor(height / 2),
    Math.floor((width - 1) / 2),
    Math.floor(width / 2),
  ];
}

export interface WindowConfig {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Padding;
  /** What the padding shows, see border.ts. Absent: zeros. */
  readonly paddingMode?: 'constant' | 'reflect' | 'replicate';
  readonly paddingValue?: number;
  /** From one of the kernel's elements to the next. Absent: 1, 1. */
  readonly dilation?: Pair | undefined;
  /** Also places for a window at the end that is partly outside the padded input, if it begins before the padding there. */
  readonly ceil?: true;
}

/** Rows and columns from a window's first elements to its last: (kernel − 1) · dilation + 1. */
export function extentOf({ kernel, dilation = [1, 1] }: Pick<WindowConfig, 'kernel' | 'dilation'>): Pair {
  return [(kernel[0] - 1) * dilation[0] + 1, (kernel[1] - 1) * dilation[1] + 1];
}

/** The mistake of a window that is larger than its padded input. */
export class MisfitError extends UserError {}

/**
 * The height and width that a sliding window makes: floor((H + padding − window) / stride) + 1; with `ceil` PyTorch's
 * ceil((H + padding − window) / stride) + 1, or one less if the last window would begin in the padding behind the input or beyond.
 *
 * @throws MisfitError if the window is larger than the padded input
 * @throws UserError if that has more than MAX_EXTENT rows or columns
 */
export function slideWindow(
  config: WindowConfig,
  input: Shape,
  where: string,
): { height: number; width: number } {
  const [top, bottom, left, right] = config.padding;
  const height = input.height + top + bottom;
  const width = input.width + left + right;
  if (height > MAX_EXTENT || width > MAX_EXTENT) {
    throw new UserError(
      `${where}: expected an input of at most ${MAX_EXTENT}×${MAX_EXTENT} with its padding, found ${height}×${width}. Pad less.`,
    );
  }
  const { stride, ceil = false } = config;
  const window = extentOf(config);
  const [tallest, widest] = ceil ? [height + stride[0] - 1, width + stride[1] - 1] : [height, width];
  if (window[0] > tallest || window[1] > widest) {
    const gaps = config.dilation
      ? ` (${config.kernel.join('×')}, dilated by ${config.dilation.join('×')})`
      : '';
    throw new MisfitError(
      `${where}: expected a window of at most ${tallest}×${widest} (the padded input, ${formatShape(input)} before), ` +
        `found ${window[0]}×${window[1]}${gaps}. Make the window smaller, pad more, or pool less before it.`,
    );
  }
  const along = (axis: 0 | 1, padded: number, behind: number) => {
    const steps = (padded - window[axis]) / stride[axis];
    if (!ceil) return Math.floor(steps) + 1;
    const last = Math.ceil(steps);
    return last * stride[axis] < padded - behind ? last + 1 : last;
  };
  return { height: along(0, height, bottom), width: along(1, width, right) };
}

/**
 * A window in the short form of the chapter's table 15.2: `3×3; p=1, st=1`, or `3×3; p=2 reflect, st=1, d=2`, `3×3; p=1, st=2, ceil`;
 * padding that differs by side is top, bottom, left, right.
 */
export function describeWindow({ kernel, stride, padding, dilation, ceil, ...border }: WindowConfig): string {
  const pad = padding.every((side) => side === padding[0]) ? padding[0] : `(${padding.join(', ')})`;
  const shows = [border.paddingMode, border.paddingValue].filter((word) => word !== undefined);
  const gaps = dilation ? `, d=${describePair(dilation)}` : '';
  return `${kernel.join('×')}; p=${[pad, ...shows].join(' ')}, st=${describePair(stride)}${gaps}${ceil ? ', ceil' : ''}`;
}

function describePair([y, x]: Pair): string {
  return y === x ? String(y) : `${y}×${x}`;
}
