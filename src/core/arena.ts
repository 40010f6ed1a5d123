import { UserError } from './errors.js';

/** Slots begin at multiples of so many floats: a cache line, and the widest vector. */
export const FLOATS_PER_LINE = 16;
const ALIGNMENT_BYTES = 64;

/** Books slots one after another in a memory that does not exist yet. */
export class ArenaLayout {
  #floats = 0;

  /** Books a slot and returns its offset in floats. */
  book(floats: number): number {
    const offset = this.#floats;
    this.#floats += Math.ceil(floats / FLOATS_PER_LINE) * FLOATS_PER_LINE;
    return offset;
  }

  get floats(): number {
    return this.#floats;
  }
}

/**
 * Zeroed memory for so many floats and a little more, so that `viewArena` can align it.
 *
 * @param what the memory is for, for the message
 * @throws UserError if there cannot be that much in one piece
 */
export function allocateArena(floats: number, what: string): SharedArrayBuffer {
  try {
    const buffer = new SharedArrayBuffer(floats * 4 + ALIGNMENT_BYTES);
    // One piece may be larger than one array over it.
    new Float32Array(buffer);
    return buffer;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const gigabytes = ((floats * 4) / 1e9).toFixed(1);
    throw new UserError(
      `memory: expected room for ${gigabytes} GB of ${what} in one piece, found less. Take a smaller batchSize or network.`,
    );
  }
}

/**
 * The arena's floats, from its first aligned byte on. A buffer has one address in all threads, so all of them see the same place.
 *
 * @param addressModulo64 of an array's first byte; null without native kernels, which alone profit
 */
export function viewArena(
  buffer: SharedArrayBuffer,
  addressModulo64: ((bytes: Uint8Array) => number) | null,
): Float32Array {
  const misalignment = addressModulo64 ? addressModulo64(new Uint8Array(buffer)) : 0;
  const offset = (ALIGNMENT_BYTES - misalignment) % ALIGNMENT_BYTES;
  return new Float32Array(buffer, offset, (buffer.byteLength - ALIGNMENT_BYTES) / 4);
}
