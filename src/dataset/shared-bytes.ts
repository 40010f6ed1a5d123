import { UserError } from '../core/errors.js';

/**
 * Zeroed bytes in memory that threads share.
 *
 * @param what they are for, for the message
 * @throws UserError if there cannot be that many in one piece
 */
export function allocateSharedBytes(sizeBytes: number, what: string): Uint8Array {
  try {
    return new Uint8Array(new SharedArrayBuffer(sizeBytes));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(
      `${what}: expected room for ${sizeBytes} bytes in memory, found less. Take fewer images, or a machine with more memory.`,
    );
  }
}
