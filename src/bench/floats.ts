import { allocateArena, viewArena } from '../kernels/memory.js';

/** Zeroed floats that begin at a cache line. */
export function allocateFloats(count: number): Float32Array {
  const buffer = allocateArena(count, 'benchmark');
  return viewArena(buffer).subarray(0, count);
}

/** Floats between −1 and 1, none of them small enough to be slow, the same every time. */
export function drawFloats(count: number): Float32Array {
  const floats = allocateFloats(count);
  let word = 1;
  for (let i = 0; i < count; i++) {
    // Numerical Recipes' linear congruential generator.
    word = (Math.imul(word, 1664525) + 1013904223) | 0;
    floats[i] = word / 0x80000000;
  }
  return floats;
}
