import { UserError } from '../../core/errors.js';

/*
 * The IDX format of MNIST: a magic number, 0x800 for unsigned bytes or 0xd00 for floats of 32 bits plus the number of dimensions; the dimensions;
 * the elements, the last dimension fastest. All numbers are 32 bits, big-endian.
 */

/** Images and labels are bytes, targets floats. */
export type IdxKind = 'images' | 'labels' | 'targets';

const FORMATS: Record<IdxKind, { magic: number; dimensions: number; elementBytes: number }> = {
  images: { magic: 2051, dimensions: 3, elementBytes: 1 },
  labels: { magic: 2049, dimensions: 1, elementBytes: 1 },
  targets: { magic: 3330, dimensions: 2, elementBytes: 4 },
};

const KINDS = Object.keys(FORMATS) as IdxKind[];

/** What the header of an IDX file says. */
export interface IdxHeader {
  readonly count: number;
  /** Of one image; 1 for labels. An image's targets are a row, 1 high and as wide as they are many. */
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
  return 4 + 4 * FORMATS[kind].dimensions;
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
  const { dimensions, elementBytes } = FORMATS[kind];
  const width = dimensions > 1 ? view.getUint32(headerBytes - 4) : 1;
  const height = dimensions > 2 ? view.getUint32(headerBytes - 8) : 1;
  const header = { count, height, width, headerBytes, dataBytes: count * height * width * elementBytes };
  if (header.dataBytes === 0 || header.dataBytes > MAX_DATA_BYTES) {
    throw new UserError(
      `${path}: expected 1 to ${MAX_DATA_BYTES} bytes of ${kind}, found a header for ${describeIdx(header, kind)}. The file is corrupt: get it again.`,
    );
  }
  return header;
}

/** For messages: `60000 images of 28×28`, `60000 times 2 targets`. */
export function describeIdx({ count, height, width }: IdxHeader, kind: IdxKind): string {
  if (kind === 'images') return `${count} images of ${height}×${width}`;
  return kind === 'labels' ? `${count} labels` : `${count} times ${width} targets`;
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
  const { magic } = FORMATS[kind];
  if (found === magic) return;
  const other = KINDS.find((candidate) => FORMATS[candidate].magic === found);
  const mend =
    other !== undefined
      ? `The file holds ${other}: put the one with ${kind} in its place.`
      : 'It is not such a file, or it is corrupt: get it again.';
  throw new UserError(
    `${path}: expected an IDX file of ${kind} (magic number ${magic}), found magic number ${found}. ${mend}`,
  );
}
