import { widenBrain, widenHalf } from '../core/half-floats.js';

/**
 * Safetensors (https://huggingface.co/docs/safetensors), the part of it that Convoy writes and reads: eight bytes with the length of a
 * header, little-endian; the header, JSON padded with spaces; the tensors' bytes, little-endian, rows before columns, one after another
 * without holes.
 */

/** Of the header's length in front of it. */
export const LENGTH_BYTES = 8;
/** Headers are padded to a multiple of it, so that tensors lie aligned in a file that is mapped into memory. */
export const HEADER_ALIGNMENT = 8;
/** A header of more is hostile or broken: a thousand layers take some hundred kilobytes. */
export const MAX_HEADER_BYTES = 16 * 2 ** 20;
/** The types of numbers that are written, and what holds them in memory. */
export const DTYPES = { F32: Float32Array, U8: Uint8Array, U16: Uint16Array } as const;
export type Dtype = keyof typeof DTYPES;
/** Those of 16 bits that are read as 32. */
export const HALVES = { F16: widenHalf, BF16: widenBrain } as const;
/** The types of numbers that are read. */
export type ReadDtype = Dtype | keyof typeof HALVES;
export const READ_DTYPES = [...Object.keys(DTYPES), ...Object.keys(HALVES)] as readonly ReadDtype[];
/** The header's key for texts that belong to the file as a whole. */
export const METADATA_KEY = '__metadata__';

/** Numbers with a shape, rows before columns. */
export interface Tensor<Values = Float32Array | Uint8Array | Uint16Array> {
  readonly shape: readonly number[];
  readonly values: Values;
}

/** What a file holds. */
export interface SafetensorsFile {
  readonly metadata: Readonly<Record<string, string>>;
  /** By name, in the file's order. */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** How many numbers a shape has room for; 1 for the empty one. */
export function countNumbers(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

export function isHalf(dtype: ReadDtype): dtype is keyof typeof HALVES {
  return Object.hasOwn(HALVES, dtype);
}

/** Of one number in the file. */
export function bytesOf(dtype: ReadDtype): number {
  return isHalf(dtype) ? Uint16Array.BYTES_PER_ELEMENT : DTYPES[dtype].BYTES_PER_ELEMENT;
}

/** What holds as many numbers of that type in memory. */
export function makeValues(dtype: ReadDtype, count: number): Tensor['values'] {
  return isHalf(dtype) ? new Float32Array(count) : new DTYPES[dtype](count);
}

/** Numbers of 16 bits, by their bits, as floats. */
export function widen(dtype: keyof typeof HALVES, bits: Uint16Array, values: Float32Array): void {
  const one = HALVES[dtype];
  for (let i = 0; i < bits.length; i++) values[i] = one(bits[i]!);
}

/** The type of a tensor's numbers. */
export function dtypeOf({ values }: Pick<Tensor, 'values'>): Dtype {
  if (values instanceof Float32Array) return 'F32';
  return values instanceof Uint8Array ? 'U8' : 'U16';
}
