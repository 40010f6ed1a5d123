import { UserError } from '../../core/errors.js';

/*
 * The IDX format of MNIST: a magic number, 0x800 for unsigned bytes plus the number of dimensions; the dimensions;
 * the bytes, the last dimension fastest. All numbers are 32 bits, big-endian.
 */

export type IdxKind = 'images' | 'labels';

const MAGIC_NUMBERS: Record<IdxKind, number> = { images: 2051, labels: 2049 };

/** What the header of an IDX file says. */
export interface IdxHeader {
  readonly count: number;
  /** Of one image; 1 for labels. */
  readonly height: number;
  readonly width: number;
  /** Of the header itself. */
  readonly headerBytes: number;
  /** That must follow the header. */
  readonly dataBytes: number;
}

/** More than any data set of this kind has; keeps a broken header, or a gzip bomb, from filling the memory. */
export const MAX_DATA_BYTES = 2 ** 30;

/** Bytes of the header of an IDX file of that kind. */
export function idxHeaderBytes(kind: IdxKind): number {
  return kind === 'images' ? 16 : 8;
}

/**
 * Reads the header of an IDX file from its first bytes.
 *
 * @throws UserError if they are too few, or the magic number or a dimension is wrong
 */
export function parseIdxHeader(bytes: Uint8Array, kind: IdxKind, path: string): IdxHeader {
  const headerBytes = idxHeaderBytes(kind);
  if (bytes.length < 4) throw truncated(path, `a header of ${headerBytes} bytes`, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  checkMagicNumber(view.getUint32(0), kind, path);
  if (bytes.length < headerBytes) throw truncated(path, `a header of ${headerBytes} bytes`, bytes.length);

  const count = view.getUint32(4);
  const [height, width] = kind === 'images' ? [view.getUint32(8), view.getUint32(12)] : [1, 1];
  const header = { count, height, width, headerBytes, dataBytes: count * height * width };
  if (header.dataBytes === 0 || header.dataBytes > MAX_DATA_BYTES) {
    throw new UserError(
      `${path}: expected 1 to ${MAX_DATA_BYTES} bytes of ${kind}, found a header for ${describeIdx(header, kind)}. The file is corrupt: get it again.`,
    );
  }
  return header;
}

/** For messages: `60000 images of 28×28`. */
export function describeIdx({ count, height, width }: IdxHeader, kind: IdxKind): string {
  return kind === 'images' ? `${count} images of ${height}×${width}` : `${count} labels`;
}

/**
 * Checks that a file has the size that its header asks for.
 *
 * @throws UserError if it is truncated or has trailing bytes
 */
export function checkIdxSize(sizeBytes: number, header: IdxHeader, kind: IdxKind, path: string): void {
  const expectedBytes = header.headerBytes + header.dataBytes;
  const expected = `${expectedBytes} bytes (${describeIdx(header, kind)})`;
  if (sizeBytes < expectedBytes) throw truncated(path, expected, sizeBytes);
  if (sizeBytes > expectedBytes) {
    throw new UserError(
      `${path}: expected ${expected}, found more after them. The file is corrupt: get it again.`,
    );
  }
}

function truncated(path: string, expected: string, foundBytes: number): UserError {
  return new UserError(
    `${path}: expected ${expected}, found ${foundBytes} bytes. The file is truncated: get it again.`,
  );
}

function checkMagicNumber(found: number, kind: IdxKind, path: string): void {
  if (found === MAGIC_NUMBERS[kind]) return;
  const other = kind === 'images' ? 'labels' : 'images';
  const mend =
    found === MAGIC_NUMBERS[other]
      ? `The file holds ${other}: put the one with ${kind} in its place.`
      : 'It is not such a file, or it is corrupt: get it again.';
  throw new UserError(
    `${path}: expected an IDX file of ${kind} (magic number ${MAGIC_NUMBERS[kind]}), found magic number ${found}. ${mend}`,
  );
}
