import { createHash, type Hash } from 'node:crypto';
import { LENGTH_BYTES, METADATA_KEY } from './format.js';

/** The metadata's key for the checksum: the SHA-256 of the whole file, as hexadecimal, taken while these digits are zeros. */
export const CHECKSUM_KEY = 'sha256';

/** Digits in the place of a checksum that is not known yet. */
export const BLANK_CHECKSUM = '0'.repeat(64);

/** What a header begins with, up to the digits: they stand in front, so that their place is known whatever follows. */
const BEFORE_DIGITS = `{"${METADATA_KEY}":{"${CHECKSUM_KEY}":"`;
const DIGITS_START = LENGTH_BYTES + BEFORE_DIGITS.length;

/**
 * Begins a file's checksum; its tensors are what is left to hash.
 *
 * @param header with its length in front. Digits that stand elsewhere count like all other bytes, and then fit to nothing.
 */
export function hashHeader(header: Uint8Array): Hash {
  const blank = Buffer.from(header);
  if (blank.toString('latin1', LENGTH_BYTES, DIGITS_START) === BEFORE_DIGITS) {
    blank.write(BLANK_CHECKSUM, DIGITS_START, 'latin1');
  }
  return createHash('sha256').update(blank);
}

/** Writes the checksum into a header that has a blank one. */
export function sealHeader(header: Buffer, checksum: string): void {
  header.write(checksum, DIGITS_START, 'latin1');
}
