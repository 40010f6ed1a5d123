import { deflateRawSync } from 'node:zlib';
import { computeCrc32 } from '../../src/core/crc32.js';

/** An NPY file, as numpy.save writes it. */
export function buildNpy(
  descr: string,
  shape: readonly number[],
  data: Uint8Array,
  { fortran = false, version = 1 } = {},
): Buffer {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dict = `{'descr': ${descr.startsWith('[') ? descr : `'${descr}'`}, 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${tuple}, }`;
  const lengthBytes = version === 1 ? 2 : 4;
  const header = `${dict.padEnd(118 - lengthBytes + 2 - 1)}\n`;
  const length = Buffer.alloc(lengthBytes);
  length.writeUIntLE(header.length, 0, lengthBytes);
  return Buffer.concat([
    Buffer.from('\x93NUMPY', 'latin1'),
    Buffer.of(version, 0),
    length,
    Buffer.from(header, 'latin1'),
    data,
  ]);
}

/** The bytes of numbers, little-endian. */
export function bytesOf(
  values: Uint8Array | Int32Array | BigInt64Array | Float32Array | Float64Array,
): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

/** A zip archive; deflated entries, or stored ones as numpy.savez writes. */
export function buildZip(files: Readonly<Record<string, Buffer>>, { deflate = false } = {}): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, bytes] of Object.entries(files)) {
    const packed = deflate ? deflateRawSync(bytes) : bytes;
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(deflate ? 8 : 0, 4);
    fields.writeUInt32LE(computeCrc32(bytes), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(bytes.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, Buffer.from(name), packed]);
    const attributes = Buffer.alloc(14);
    attributes.writeUInt32LE(offset, 10);
    central.push(
      Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), fields, attributes, Buffer.from(name)]),
    );
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(central.length, 8);
  end.writeUInt16LE(central.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}
