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
/** The types of numbers, and what holds them in memory. */
export const DTYPES = { F32: Float32Array, U8: Uint8Array, U16: Uint16Array } as const;
export type Dtype = keyof typeof DTYPES;
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

/** The type of a tensor's numbers. */
export function dtypeOf({ values }: Pick<Tensor, 'values'>): Dtype {
  if (values instanceof Float32Array) return 'F32';
  return values instanceof Uint8Array ? 'U8' : 'U16';
}
