import type { NumberArray } from '../kernel-suite/kernel-case.js';

/** Kinds of memory that an array can lie in. */
export const MEMORY_KINDS = ['shared', 'unshared', 'growable', 'resizable'] as const;
export type MemoryKind = (typeof MEMORY_KINDS)[number];

/** More than a vector of any instruction set; with an address sanitizer, which sees more, nothing (see kernel-memory.ts). */
const GUARD_BYTES = process.env.CONVOY_SUITE_GUARDS === 'none' ? 0 : 128;
/** Off every alignment but that of a float. */
const OFFSET_BYTES = 68;
const GUARD = 0xa5;
/** By which a buffer may grow. */
const SPARE_ELEMENTS = 64;

type Buffer = ArrayBuffer | SharedArrayBuffer;
type ResizableConstructor = new (bytes: number, options: { maxByteLength: number }) => Buffer;

/** An array in a buffer of its own between guards, which remembers what it was. */
export class PlacedArray {
  readonly kind: MemoryKind;
  /** The whole buffer, as it was. */
  readonly before: Uint8Array;
  /** The memory, wherever it went. */
  bytes: Uint8Array;
  readonly array: NumberArray;
  /** A buffer that was shrunk has lost what lay behind, even if it has grown again. */
  #keptBytes: number;

  constructor(values: NumberArray, kind: MemoryKind) {
    this.kind = kind;
    const sizeBytes = OFFSET_BYTES + values.byteLength + GUARD_BYTES;
    const buffer = allocate(kind, sizeBytes + (4 - (sizeBytes % 4)) * Number(GUARD_BYTES > 0));
    this.bytes = new Uint8Array(buffer).fill(GUARD);
    const ArrayType = values.constructor as ArrayConstructor;
    // Without guards, one that can change its length follows it.
    const follows = GUARD_BYTES === 0 && (kind === 'growable' || kind === 'resizable');
    this.array = new ArrayType(buffer, OFFSET_BYTES, follows ? undefined : values.length);
    this.array.set(values);
    this.before = this.bytes.slice();
    this.#keptBytes = this.before.length;
  }

  /** Moves the memory away from under the array; nothing if it is shared. */
  transfer(): void {
    const { buffer } = this.array;
    if (buffer instanceof SharedArrayBuffer || buffer.byteLength === 0) return;
    const size = this.bytes.length;
    this.bytes = new Uint8Array(structuredClone(buffer, { transfer: [buffer] }), 0, size);
  }

  /** Takes the last elements away, guards and all, if the buffer can be resized. */
  shrink(): void {
    const { buffer } = this.array as { buffer: Buffer & { resize?(bytes: number): void } };
    if (this.kind !== 'resizable' || buffer.byteLength === 0) return;
    buffer.resize!(OFFSET_BYTES + Math.max(0, this.array.byteLength - 4));
    this.#keptBytes = Math.min(this.#keptBytes, buffer.byteLength);
  }

  grow(): void {
    const { buffer } = this.array as {
      buffer: Buffer & { resize?(bytes: number): void; grow?(bytes: number): void };
    };
    const bytes = this.before.length + 4 * SPARE_ELEMENTS;
    if (this.kind === 'resizable' && buffer.byteLength > 0) buffer.resize!(bytes);
    if (this.kind === 'growable') buffer.grow!(bytes);
  }

  /** Takes the memory as it is for what it was. */
  remember(): void {
    this.before.set(this.bytes.subarray(0, this.before.length));
  }

  /** Whether some bytes of the buffer are what they were. */
  isUntouched(from: number, size: number): boolean {
    return this.bytes.subarray(from, from + size).every((byte, i) => byte === this.before[from + i]);
  }

  /** The first byte of the buffer that was changed and is in none of these ranges; −1 if there is none. */
  findStrayWrite(written: readonly (readonly [from: number, to: number])[]): number {
    const { bytes, before } = this;
    for (let i = 0; i < this.#keptBytes; i++) {
      if (bytes[i] !== before[i] && !written.some(([from, to]) => i >= from && i < to)) return i;
    }
    return -1;
  }
}

type ArrayConstructor = new (buffer: Buffer, offset: number, length?: number) => NumberArray;

/**
 * So many elements of a view's buffer, from the view's first or a later one on, as far as there are any; the view itself where its buffer has been
 * transferred.
 */
export function lookAt(view: NumberArray, later: number, length: number): NumberArray {
  const { buffer, BYTES_PER_ELEMENT: size, byteOffset } = view;
  if (buffer.byteLength === 0) return view;
  const end = Math.floor(buffer.byteLength / size) * size;
  const start = Math.min(byteOffset + later * size, end);
  const room = (end - start) / size;
  return new (view.constructor as ArrayConstructor)(buffer, start, Math.max(0, Math.min(length, room)));
}

function allocate(kind: MemoryKind, bytes: number): Buffer {
  if (kind === 'shared') return new SharedArrayBuffer(bytes);
  if (kind === 'unshared') return new ArrayBuffer(bytes);
  const Resizable = (kind === 'growable' ? SharedArrayBuffer : ArrayBuffer) as ResizableConstructor;
  return new Resizable(bytes, { maxByteLength: bytes + 4 * SPARE_ELEMENTS });
}
