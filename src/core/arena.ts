/** Slots begin at multiples of so many floats: a cache line, and the widest vector. */
const ALIGNMENT_FLOATS = 16;
const ALIGNMENT_BYTES = 64;

/** Books slots one after another in a memory that does not exist yet. */
export class ArenaLayout {
  #floats = 0;

  /** Books a slot and returns its offset in floats. */
  book(floats: number): number {
    const offset = this.#floats;
    this.#floats += Math.ceil(floats / ALIGNMENT_FLOATS) * ALIGNMENT_FLOATS;
    return offset;
  }

  get floats(): number {
    return this.#floats;
  }
}

/**
 * Zeroed memory for so many floats and a little more, so that `viewArena` can align it.
 *
 * @throws RangeError if the machine cannot give that much
 */
export function allocateArena(floats: number): SharedArrayBuffer {
  return new SharedArrayBuffer(floats * 4 + ALIGNMENT_BYTES);
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
