import { UserError } from '../core/errors.js';
import { loadAddon } from './native.js';

/** A cache line, and the widest vector. */
const ALIGNMENT_BYTES = 64;

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
    preferHugePages(new Float32Array(buffer));
    loadAddon()?.guardArena?.(new Float32Array(buffer));
    return buffer;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const gigabytes = ((floats * 4) / 1e9).toFixed(1);
    throw new UserError(
      `memory: expected room for ${gigabytes} GB of ${what} in one piece, found less. Take a smaller batchSize or network.`,
    );
  }
}

/** The arena's floats, from its first aligned byte on. A buffer has one address in all threads, so all of them see the same place. */
export function viewArena(buffer: SharedArrayBuffer): Float32Array {
  const misalignment = loadAddon()?.addressModulo64(new Uint8Array(buffer)) ?? 0;
  const offset = (ALIGNMENT_BYTES - misalignment) % ALIGNMENT_BYTES;
  return new Float32Array(buffer, offset, (buffer.byteLength - ALIGNMENT_BYTES) / 4);
}

/**
 * Asks the system for huge pages behind memory that nobody has written to yet, for kernels go through many places of it at once. Where it
 * has none, and without the addon, nothing happens.
 */
export function preferHugePages(memory: Float32Array): void {
  loadAddon()?.preferHugePages(memory);
}

/**
 * Gives the system back the memory of an arena that nobody reads or writes any more: numbers in it are lost. Garbage collection would do so
 * too, some time later. On Linux; elsewhere, and without the addon, nothing happens.
 */
export function giveBackArena(buffer: SharedArrayBuffer): void {
  loadAddon()?.giveBackMemory(viewArena(buffer));
}

/** A constructor of typed arrays over a buffer. */
interface ArrayType<Numbers> {
  new (buffer: SharedArrayBuffer): Numbers;
  readonly BYTES_PER_ELEMENT: number;
}

/**
 * Zeroed numbers of a thread's own that kernels are bound to, as precise as others that they are bound to with them: a check computes a network in
 * float64. They lie in shared memory, which nobody can transfer or shrink, so that a kernel need not look for them before each of its runs,
 * which takes as long as a small run itself.
 */
export function allocateLike<Numbers extends Float32Array | Uint16Array>(
  values: Numbers,
  length: number,
): Numbers {
  const type = values.constructor as unknown as ArrayType<Numbers>;
  return new type(new SharedArrayBuffer(length * type.BYTES_PER_ELEMENT));
}

/** Likewise. */
export function allocateWords(words: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(words * Int32Array.BYTES_PER_ELEMENT));
}
