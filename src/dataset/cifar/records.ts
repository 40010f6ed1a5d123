import type { FileHandle } from 'node:fs/promises';
import { UserError } from '../../core/errors.js';
import { openRegularFile } from '../../core/regular-file.js';
import { type Shape, sizeOf } from '../../core/shape.js';
import { checkLabels } from '../labels.js';
import type { GivenImages } from '../make-dataset.js';
import { explainReadError } from '../read-errors.js';
import { allocateSharedBytes } from '../shared-bytes.js';
import type { CifarLayout } from './layout.js';

/*
 * The binary version: records of a label (of CIFAR-100 two, a coarse and a fine one) and the image's red, green and blue planes, each row by row; nothing before,
 * between or after them.
 */

/** Of one image. */
export const CIFAR_SHAPE: Shape = { height: 32, width: 32, channels: 3 };

const PLANE_BYTES = CIFAR_SHAPE.height * CIFAR_SHAPE.width;
const IMAGE_BYTES = sizeOf(CIFAR_SHAPE);

export function recordBytesOf({ labelBytes }: Pick<CifarLayout, 'labelBytes'>): number {
  return labelBytes + IMAGE_BYTES;
}

/** Images as the files have them. */
type Bytes = GivenImages & { readonly labels: Uint8Array };

/** Records that are read at a time: they stay in the cache until they are transposed. */
const CHUNK_RECORDS = 256;
/** Of one file, a hundred times what the published ones have: keeps a wrong file from filling the memory. */
const MAX_RECORDS = 1_000_000;

/**
 * Reads files of records, one after another, into shared memory as n×h×w×c.
 *
 * @throws UserError if a file cannot be read, does not have a whole number of records, or has a label that is no class
 */
export async function readCifarFiles(layout: CifarLayout, paths: readonly string[]): Promise<Bytes> {
  const counts = await Promise.all(paths.map((path) => countRecords(path, layout)));
  const count = counts.reduce((sum, records) => sum + records, 0);
  const pixels = allocateSharedBytes(count * IMAGE_BYTES, paths[0]!);
  const labels = allocateSharedBytes(count, paths[0]!);
  let first = 0;
  const parts = counts.map((records) => {
    const end = first + records;
    const part = {
      pixels: pixels.subarray(first * IMAGE_BYTES, end * IMAGE_BYTES),
      labels: labels.subarray(first, end),
    };
    first = end;
    return part;
  });
  await Promise.all(parts.map((part, i) => readRecords(paths[i]!, part, layout)));
  return { count, pixels, labels };
}

async function countRecords(path: string, layout: CifarLayout): Promise<number> {
  const { handle, sizeBytes: size } = await openRegularFile(path, `a file of ${layout.title}`);
  await handle.close();
  const records = size / recordBytesOf(layout);
  if (Number.isInteger(records) && records >= 1 && records <= MAX_RECORDS) return records;
  throw wrongSize(path, size, layout);
}

function wrongSize(path: string, sizeBytes: number, layout: CifarLayout): UserError {
  const recordBytes = recordBytesOf(layout);
  return new UserError(
    `${path}: expected 1 to ${MAX_RECORDS} whole records of ${recordBytes} bytes (${layout.mostRecords * recordBytes} bytes as published), found ${sizeBytes} bytes. The file is truncated or corrupt: get it again.`,
  );
}

type Part = Pick<Bytes, 'pixels' | 'labels'>;

async function readRecords(path: string, part: Part, layout: CifarLayout): Promise<void> {
  const { handle, sizeBytes } = await openRegularFile(path, `a file of ${layout.title}`);
  try {
    // It was counted before: something else may be there now.
    if (sizeBytes !== part.labels.length * recordBytesOf(layout)) throw wrongSize(path, sizeBytes, layout);
    await fill(handle, part, path, layout);
  } catch (error) {
    throw explainReadError(error, path);
  } finally {
    await handle.close();
  }
  checkLabels(part.labels, layout.classes, path);
}

async function fill(
  file: FileHandle,
  { pixels, labels }: Part,
  path: string,
  layout: CifarLayout,
): Promise<void> {
  const recordBytes = recordBytesOf(layout);
  const chunk = new Uint8Array(CHUNK_RECORDS * recordBytes);
  for (let done = 0; done < labels.length; ) {
    const records = Math.min(CHUNK_RECORDS, labels.length - done);
    const sizeBytes = records * recordBytes;
    const offsetBytes = done * recordBytes;
    for (let read = 0; read < sizeBytes; ) {
      const { bytesRead } = await file.read(chunk, read, sizeBytes - read, offsetBytes + read);
      // Nothing more, though the size said so: it is being written to.
      if (bytesRead === 0) throw wrongSize(path, offsetBytes + read, layout);
      read += bytesRead;
    }
    for (let record = 0; record < records; record++) {
      labels[done + record] = chunk[record * recordBytes + layout.labelAt]!;
      const from = record * recordBytes + layout.labelBytes;
      interleave(chunk, from, pixels, (done + record) * IMAGE_BYTES);
    }
    done += records;
  }
}

/** Writes three planes as one image of h×w×3. */
function interleave(planes: Uint8Array, from: number, image: Uint8Array, to: number): void {
  for (let red = from; red < from + PLANE_BYTES; red++, to += 3) {
    image[to] = planes[red]!;
    image[to + 1] = planes[red + PLANE_BYTES]!;
    image[to + 2] = planes[red + 2 * PLANE_BYTES]!;
  }
}
