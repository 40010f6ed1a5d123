import { RandomStream } from '../../src/core/rng.js';
import { makeMatrix, makeTensor } from '../../src/mathematics/matrix.js';

/**
 * Whole numbers from −4 to 4, none twice as likely: their products and sums are exact in float32 whatever the order, so that results can be
 * compared to the bit.
 */
export function makeRandomIntegers(seed: number) {
  const stream = new RandomStream([seed, 1531]);
  const next = () => stream.nextBelow(9) - 4;
  return {
    next,
    /** low..high */
    between: (low: number, high: number) => low + stream.nextBelow(high - low + 1),
    vector: (length: number) => Array.from({ length }, next),
    matrix: (rows: number, columns: number) => makeMatrix(rows, columns, next),
    tensor: (height: number, width: number, channels: number) => makeTensor(height, width, channels, next),
    kernels: (height: number, width: number, channels: number, filters: number) =>
      makeMatrix(height, width, () => makeMatrix(channels, filters, next)),
  };
}

/** The same numbers without negative zeros. */
export function positive<T>(values: T): T {
  return (Array.isArray(values) ? values.map(positive) : (values as number) + 0) as T;
}
