/** Classes are told apart by numbers from 0 of 16 bits, so there are at most so many. */
export const MAX_CLASSES = 65_536;

/** Of so many classes a number fits into a byte. */
const BYTE_CLASSES = 256;

/**
 * Numbers of classes as they lie in files, in the store and in hashes: a byte each where there are at most 256 classes, or else two, little-endian.
 * In memory they have 16 bits.
 */
export type PackedClasses = Uint8Array | Uint16Array;

/** Bytes of a packed number where there are so many classes. */
export function packedBytesOf(classes: number): 1 | 2 {
  return classes <= BYTE_CLASSES ? 1 : 2;
}

/** @param classes that there are */
export function allocatePacked(length: number, classes: number): PackedClasses {
  return packedBytesOf(classes) === 1 ? new Uint8Array(length) : new Uint16Array(length);
}

/** @param classes that there are. A network may have more outputs, and take an image for one of those. */
export function packClasses(numbers: Uint16Array, classes: number): PackedClasses {
  const greatest = numbers.reduce((most, number) => Math.max(most, number), 0);
  return packedBytesOf(Math.max(classes, greatest + 1)) === 1 ? Uint8Array.from(numbers) : numbers;
}

/** The bytes of packed numbers. */
export function viewBytes({ buffer, byteOffset, byteLength }: PackedClasses): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Reads packed numbers from bytes, which may lie at any address. */
export function unpackClasses(bytes: Uint8Array, bytesEach: 1 | 2): Uint16Array {
  if (bytesEach === 1) return Uint16Array.from(bytes);
  // Not a slice, which of a Buffer is no copy.
  return new Uint16Array(Uint8Array.from(bytes).buffer);
}
