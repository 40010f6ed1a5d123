import { RandomStream } from '../core/rng.js';

/** A prime: neighbours in a window are never a multiple of it apart. */
const LEVELS = 101;

/** Numbers between −1 and 1 at 101 levels, none of them 0: no ties and no kinks for a gradient check. */
export function spacedNumbers(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => (2 * ((i * 37) % LEVELS) + 1.5 - LEVELS) / LEVELS);
}

/** Normal, the same ones for one seed. */
export function randomNumbers(count: number, seed: number): Float32Array {
  const stream = new RandomStream([seed, 78]);
  return Float32Array.from({ length: count }, () => stream.nextNormal());
}
