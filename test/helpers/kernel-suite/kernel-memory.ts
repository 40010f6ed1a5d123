import { createHash } from 'node:crypto';
import { makeKey, RandomStream } from '../../../src/core/rng.js';

type NumberArray = Float32Array | Int32Array | Uint16Array | Uint8Array;

/** Float32 epsilon: the distance from 1 to the next float. */
const FLOAT_EPSILON = 2 ** -23;
/**
 * An error of one epsilon a term is what a sum may show whatever its order (each addition is off by half an epsilon of a partial
 * sum, each product by half an epsilon); the other factor of two is for a worst case in both sets.
 */
const TOLERANCE_FACTOR = 2;

/** The greatest difference that two ways to add up `terms` numbers of at most `magnitude` may have. */
export function toleranceOfSum(terms: number, magnitude: number): number {
  return TOLERANCE_FACTOR * FLOAT_EPSILON * (terms + 1) * magnitude;
}

/**
 * What is written into memory that a kernel should leave alone or overwrite: as a float, a NaN that no computation yields;
 * as bytes, four values that tell a shift apart.
 */
const UNTOUCHED = 0x7fc5a3e1;
/** The NaN that JavaScript writes. */
const ONE_NAN = 0x7fc00000;
/** Bytes before an array: 4 more than a cache line, so that nothing is aligned to a vector. Also the guard before it. */
const OFFSET_BYTES = 68;
/**
 * Bytes of guard after an array: more than a vector of any instruction set. Without them an array ends where its buffer ends, so that an
 * address sanitizer sees what is read behind it, which changes nothing that could be compared.
 */
const GUARD_BYTES = process.env.CONVOY_SUITE_GUARDS === 'none' ? 0 : 128;

export type Role = 'input' | 'output' | 'private';

interface Block {
  readonly label: string;
  readonly role: Role;
  readonly array: NumberArray;
  readonly tolerance: number;
  /** Of the whole buffer, guards included, before the kernel ran. */
  readonly before: Uint32Array;
}

/**
 * The arrays that one run of a kernel reads and writes. Each lies inside a larger shared buffer, off every alignment, between
 * guards. Random values come from one seed, so two memories filled by the same function hold the same.
 */
export class KernelMemory {
  readonly #blocks: Block[] = [];
  readonly #random = new RandomStream(makeKey(15, 'selection'));

  /** Numbers uniform in [low, high). */
  uniform(length: number, low = -1, high = 1): Float32Array {
    const values = new Float32Array(length);
    for (let i = 0; i < length; i++) values[i] = low + (high - low) * this.#random.nextUniform();
    return values;
  }

  /** Whole numbers low..high, for ties. */
  integers(length: number, low: number, high: number): Float32Array {
    return Float32Array.from({ length }, () => low + this.#random.nextBelow(high - low + 1));
  }

  /** An array that the kernel may only read. */
  input<T extends NumberArray>(label: string, values: T): T {
    return this.#place(label, 'input', values, 0);
  }

  /** Floats that the kernel may write, holding `values` or, by default, NaN. */
  output(label: string, values: number | Float32Array, tolerance: number): Float32Array {
    return this.#place(label, 'output', toFloats(values), tolerance);
  }

  /** Whole numbers of 16 bits that the kernel may write. */
  outputShorts(label: string, length: number): Uint16Array {
    return this.#place(label, 'output', fillUntouched(new Uint16Array(length)), 0);
  }

  /** Whole numbers that the kernel may write. */
  outputIntegers(label: string, length: number): Int32Array {
    return this.#place(label, 'output', fillUntouched(new Int32Array(length)), 0);
  }

  /** Memory whose contents are the kernel's own affair: scratch, packed matrices. */
  private(label: string, length: number): Float32Array {
    return this.#place(label, 'private', toFloats(length), 0);
  }

  /** The same for bytes. */
  privateBytes(label: string, length: number): Uint8Array {
    return this.#place(label, 'private', new Uint8Array(length), 0);
  }

  /** What an array of this memory, or a part of one, is for. */
  roleOf(array: NumberArray): { readonly role: Role; readonly tolerance: number } {
    return this.#blocks.find((block) => block.array.buffer === array.buffer)!;
  }

  /**
   * The first thing that a kernel wrote where it should not have, or wrote differently from the `expected` memory, which
   * the same calls filled; null if there is none.
   *
   * @param exact asks for the same bits instead of closeness
   */
  findDifference(expected: KernelMemory, exact = false): string | null {
    for (const [i, block] of this.#blocks.entries()) {
      const difference =
        findStrayWrite(block) ??
        (block.role === 'output' ? findWrongValue(block, expected.#blocks[i]!, exact) : null);
      if (difference !== null) return difference;
    }
    return null;
  }

  /**
   * A hash of the bits of everything that the kernel may write and that is not its own affair. All NaNs that a computation yields are
   * one: their sign differs between x86 and arm64.
   */
  digest(): string {
    const hash = createHash('sha256');
    for (const { label, role, array } of this.#blocks) {
      if (role === 'output') hash.update(`${label} ${array.length}\n`).update(bytesOf(withOneNaN(array)));
    }
    return hash.digest('hex');
  }

  #place<T extends NumberArray>(label: string, role: Role, values: T, tolerance: number): T {
    const sizeBytes = roundUp(OFFSET_BYTES + values.byteLength + GUARD_BYTES, 4);
    const buffer = new SharedArrayBuffer(sizeBytes);
    const words = new Uint32Array(buffer).fill(UNTOUCHED);
    const ArrayType = values.constructor as new (
      buffer: SharedArrayBuffer,
      offset: number,
      length: number,
    ) => T;
    const array = new ArrayType(buffer, OFFSET_BYTES, values.length);
    bytesOf(array).set(bytesOf(values));
    this.#blocks.push({ label, role, array, tolerance, before: words.slice() });
    return array;
  }
}

/** The array itself, or that many floats that hold the mark of what nobody wrote. */
function toFloats(values: number | Float32Array): Float32Array {
  return typeof values === 'number' ? fillUntouched(new Float32Array(values)) : values;
}

function fillUntouched<T extends NumberArray>(array: T): T {
  const words = new Uint32Array(Math.ceil(array.byteLength / 4)).fill(UNTOUCHED);
  bytesOf(array).set(new Uint8Array(words.buffer, 0, array.byteLength));
  return array;
}

function bytesOf(array: NumberArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** A copy in which every NaN but the mark of what nobody wrote has the same bits. */
function withOneNaN(array: NumberArray): NumberArray {
  const copy = array.slice();
  if (!(copy instanceof Float32Array)) return copy;
  const bits = bitsOf(copy);
  for (const [i, value] of copy.entries()) {
    if (Number.isNaN(value) && bits[i] !== UNTOUCHED) bits[i] = ONE_NAN;
  }
  return copy;
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

/** A write into the guards of any array, or into an input. */
function findStrayWrite({ label, role, array, before }: Block): string | null {
  const bytesBefore = new Uint8Array(before.buffer);
  const bytesAfter = new Uint8Array(array.buffer);
  const begin = array.byteOffset;
  const end = begin + array.byteLength;
  for (let i = 0; i < bytesAfter.length; i++) {
    const inside = i >= begin && i < end;
    if ((inside && role !== 'input') || bytesBefore[i] === bytesAfter[i]) continue;
    const element = Math.floor((i - begin) / array.BYTES_PER_ELEMENT);
    return `${label}: wrote element ${element} of ${array.length}, which is ${inside ? 'input' : 'outside'}`;
  }
  return null;
}

function findWrongValue(actual: Block, expected: Block, exact: boolean): string | null {
  const bits = bitsOf(actual.array);
  const expectedBits = bitsOf(expected.array);
  for (let i = 0; i < bits.length; i++) {
    if (bits[i] === expectedBits[i]) continue;
    const found = actual.array[i]!;
    const wanted = expected.array[i]!;
    const untouched = expected.array instanceof Float32Array && expectedBits[i] === UNTOUCHED;
    if (!exact && !untouched && isClose(found, wanted, expected.tolerance)) continue;
    const hint = untouched ? 'to stay untouched' : `${wanted} ± ${exact ? 0 : expected.tolerance}`;
    return `${actual.label}[${i}] of ${bits.length}: expected ${hint}, found ${found}`;
  }
  return null;
}

/** The elements as unsigned integers, in which NaNs differ. */
function bitsOf(array: NumberArray): Uint8Array | Uint16Array | Uint32Array {
  return array instanceof Uint8Array || array instanceof Uint16Array
    ? array
    : new Uint32Array(array.buffer, array.byteOffset, array.length);
}

function isClose(found: number, wanted: number, tolerance: number): boolean {
  if (Number.isNaN(wanted)) return Number.isNaN(found);
  return found === wanted || Math.abs(found - wanted) <= tolerance;
}
