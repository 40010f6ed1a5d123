import type { Shape } from '../core/shape.js';

/** Pixels in memory, h×w×c: bytes of 0 to 255, or numbers of 0 to the range that is told. */
export type Pixels = ArrayLike<number>;

/** An image in memory, as a program has it. */
export interface PixelImage extends Shape {
  readonly pixels: Pixels;
}

/** What stands for white: that of bytes, or 1. */
export type PixelRange = 1 | 255;

const WHITE = 255;

/** Whether it is a list or a typed array, though not of BigInts. */
export function isNumbers(values: unknown): values is ArrayLike<number> {
  return (
    Array.isArray(values) ||
    (ArrayBuffer.isView(values) && !(values instanceof DataView) && !isBigInts(values))
  );
}

export function isBigInts(values: unknown): values is BigInt64Array | BigUint64Array {
  return values instanceof BigInt64Array || values instanceof BigUint64Array;
}

/** The nearest byte; null for what is no number of 0 to the range. */
export function toByte(value: unknown, range: PixelRange): number | null {
  if (typeof value !== 'number' || !(value >= 0 && value <= range)) return null;
  return Math.round(value * (WHITE / range));
}
