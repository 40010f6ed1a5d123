import { UserError } from '../../core/errors.js';

/*
 * The format of one array of NumPy's (numpy.lib.format): a magic number, a version, the length of a header, the header as a literal of Python, the
 * numbers. Arrays of objects are pickles, which are programs: they are refused.
 */

/** Numbers with a shape, rows before columns. */
export interface NumericArray {
  readonly shape: readonly number[];
  readonly values: Uint8Array | Float32Array | Float64Array | Int32Array | BigInt64Array;
}

export const NPY_MAGIC = '\x93NUMPY';
const VERSION_AT = NPY_MAGIC.length;
const LENGTH_AT = VERSION_AT + 2;
/** A header of three fields takes some hundred. */
const MAX_HEADER_BYTES = 65_536;

/** Kinds of numbers, by NumPy's letters without the order of bytes: how one is read. */
const KINDS = {
  u1: { bytes: 1, make: (n: number) => new Uint8Array(n), read: (v, at) => v.getUint8(at) },
  b1: { bytes: 1, make: (n: number) => new Uint8Array(n), read: (v, at) => v.getUint8(at) },
  i1: { bytes: 1, make: (n: number) => new Int32Array(n), read: (v, at) => v.getInt8(at) },
  u2: { bytes: 2, make: (n: number) => new Int32Array(n), read: (v, at, le) => v.getUint16(at, le) },
  i2: { bytes: 2, make: (n: number) => new Int32Array(n), read: (v, at, le) => v.getInt16(at, le) },
  u4: { bytes: 4, make: (n: number) => new Float64Array(n), read: (v, at, le) => v.getUint32(at, le) },
  i4: { bytes: 4, make: (n: number) => new Int32Array(n), read: (v, at, le) => v.getInt32(at, le) },
  u8: { bytes: 8, make: (n: number) => new BigInt64Array(n), read: (v, at, le) => v.getBigUint64(at, le) },
  i8: { bytes: 8, make: (n: number) => new BigInt64Array(n), read: (v, at, le) => v.getBigInt64(at, le) },
  f4: { bytes: 4, make: (n: number) => new Float32Array(n), read: (v, at, le) => v.getFloat32(at, le) },
  f8: { bytes: 8, make: (n: number) => new Float64Array(n), read: (v, at, le) => v.getFloat64(at, le) },
} as const satisfies Record<
  string,
  {
    readonly bytes: number;
    readonly make: (count: number) => NumericArray['values'];
    readonly read: (view: DataView, at: number, littleEndian: boolean) => number | bigint;
  }
>;

/**
 * Reads an array.
 *
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
  const kind = Object.hasOwn(KINDS, name ?? '') ? KINDS[name as keyof typeof KINDS] : null;
  if (kind === null) {
    throw new UserError(
      `${where}: expected numbers (${Object.keys(KINDS).join(', ')}), found the type '${dtype.slice(0, 40)}'. Save them as numbers: a.astype('uint8').`,
    );
  }
  const count = shape.reduce((product, side) => product * side, 1);
  const data = bytes.subarray(dataStart);
  if (data.length !== count * kind.bytes) {
    throw new UserError(
      `${where}: expected ${count * kind.bytes} bytes for ${shape.join('×') || 'one'} numbers of type ${dtype}, found ${data.length}. The file is cut or corrupt: save it again.`,
    );
  }
  if (kind === KINDS.u1) return { shape, values: data };
  const values = kind.make(count);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let i = 0; i < count; i++) values[i] = kind.read(view, i * kind.bytes, order !== '>') as never;
  return { shape, values };
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
