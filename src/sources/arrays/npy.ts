import { UserError } from '../../core/errors.js';

/*
 * The format of one array of NumPy's (numpy.lib.format): a magic number, a version, the length of a header, the header as a literal of Python, the
 * numbers. Arrays of objects are pickles, which are programs: they are refused.
 */

/** Numbers with a shape, rows before columns. */
export interface NumericArray {
  readonly shape: readonly number[];
  readonly values: InstanceType<(typeof KINDS)[keyof typeof KINDS]>;
}

export const NPY_MAGIC = '\x93NUMPY';
const VERSION_AT = NPY_MAGIC.length;
const LENGTH_AT = VERSION_AT + 2;
/** A header of three fields takes some hundred. */
const MAX_HEADER_BYTES = 65_536;

/** Kinds of numbers, by NumPy's letters without the order of their bytes. */
const KINDS = {
  u1: Uint8Array,
  b1: Uint8Array,
  i1: Int8Array,
  u2: Uint16Array,
  i2: Int16Array,
  u4: Uint32Array,
  i4: Int32Array,
  u8: BigUint64Array,
  i8: BigInt64Array,
  f4: Float32Array,
  f8: Float64Array,
} as const;

/**
 * Reads an array.
 *
 * @param bytes of the file: what is given is a part of them, and numbers may be moved there
 * @throws UserError if it is no such file, is cut, or holds what cannot be read: objects, structures, columns before rows
 */
export function parseNpy(bytes: Uint8Array, where: string): NumericArray {
  const { dtype, isFortran, shape, dataStart } = parseHeader(bytes, where);
  if (isFortran && shape.length > 1) {
    throw new UserError(
      `${where}: expected an array with rows before columns, found one in Fortran's order. Save numpy.ascontiguousarray(a).`,
    );
  }
  const [, order, name] = /^([<>|=])([a-z]\d+)$/.exec(dtype) ?? [];
  const Values = Object.hasOwn(KINDS, name ?? '') ? KINDS[name as keyof typeof KINDS] : null;
  if (Values === null) {
    throw new UserError(
      `${where}: expected numbers (${Object.keys(KINDS).join(', ')}), found the type '${dtype.slice(0, 40)}'. Save them as numbers: a.astype('uint8').`,
    );
  }
  const count = shape.reduce((product, side) => product * side, 1);
  const eachBytes = Values.BYTES_PER_ELEMENT;
  const dataBytes = bytes.length - dataStart;
  if (dataBytes !== count * eachBytes) {
    throw new UserError(
      `${where}: expected ${count * eachBytes} bytes for ${shape.join('×') || 'one'} numbers of type ${dtype}, found ${dataBytes}. The file is cut or corrupt: save it again.`,
    );
  }
  const shift = (bytes.byteOffset + dataStart) % eachBytes;
  if (shift > 0) bytes.copyWithin(dataStart - shift, dataStart);
  const start = bytes.byteOffset + dataStart - shift;
  if (order === '>') swapBytes(Buffer.from(bytes.buffer as ArrayBuffer, start, dataBytes), eachBytes);
  const values = new Values(bytes.buffer as ArrayBuffer, start, count);
  // True is all that a boolean can be: numbers of 0 to 1, as floats are.
  return { shape, values: name === 'b1' ? Float32Array.from(values as Uint8Array) : values };
}

function swapBytes(data: Buffer, eachBytes: number): void {
  if (eachBytes === 2) data.swap16();
  else if (eachBytes === 4) data.swap32();
  else if (eachBytes === 8) data.swap64();
}

interface NpyHeader {
  readonly dtype: string;
  readonly isFortran: boolean;
  readonly shape: readonly number[];
  readonly dataStart: number;
}

function parseHeader(bytes: Uint8Array, where: string): NpyHeader {
  const fail = (expected: string, found: string): never => {
    throw new UserError(
      `${where}: expected ${expected}, found ${found}. It is no NPY file, or corrupt: save it again.`,
    );
  };
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.toString('latin1', 0, VERSION_AT) !== NPY_MAGIC)
    fail('an array of NumPy', 'another kind of file');
  if (buffer.length < LENGTH_AT + 4) fail('a header', 'its end');
  const version = buffer[VERSION_AT]!;
  if (version < 1 || version > 3) fail('version 1, 2 or 3', `version ${version}`);
  const headerBytes = version === 1 ? buffer.readUInt16LE(LENGTH_AT) : buffer.readUInt32LE(LENGTH_AT);
  const start = LENGTH_AT + (version === 1 ? 2 : 4);
  if (headerBytes > MAX_HEADER_BYTES || start + headerBytes > buffer.length) {
    fail(
      `a header of at most ${Math.min(MAX_HEADER_BYTES, buffer.length - start)} bytes`,
      `one of ${headerBytes}`,
    );
  }
  const header = buffer.toString('latin1', start, start + headerBytes);
  const [, dtype] = /'descr':\s*('[^']*'|\[)/.exec(header) ?? [];
  const [, order] = /'fortran_order':\s*(True|False)/.exec(header) ?? [];
  const [, sides] = /'shape':\s*\(([\d\s,]*)\)/.exec(header) ?? [];
  if (dtype === undefined || order === undefined || sides === undefined) {
    return fail('a header with descr, fortran_order and shape', JSON.stringify(header.slice(0, 60)));
  }
  const shape = sides.split(',').flatMap((side) => (side.trim() === '' ? [] : [Number(side)]));
  if (!shape.every(Number.isSafeInteger)) fail('a shape', `(${sides.slice(0, 60)})`);
  const isStructure = dtype === '[';
  return {
    dtype: isStructure ? 'a structure' : dtype.slice(1, -1),
    isFortran: order === 'True',
    shape,
    dataStart: start + headerBytes,
  };
}
