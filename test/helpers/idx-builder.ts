import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The bytes of an IDX file of images; pixels count up from 0 unless given. */
export function buildImages(
  count: number,
  options: { height?: number; width?: number; pixels?: Uint8Array } = {},
): Buffer {
  const { height = 28, width = 28 } = options;
  const pixels = options.pixels ?? Uint8Array.from({ length: count * height * width }, (_, i) => i % 256);
  return Buffer.concat([bigEndian(2051, count, height, width), pixels]);
}

/** The bytes of an IDX file of labels. */
export function buildLabels(labels: readonly number[]): Buffer {
  return Buffer.concat([bigEndian(2049, labels.length), Uint8Array.from(labels)]);
}

/** The bytes of an IDX file of targets. */
export function buildTargets(targets: Float32Array, count: number): Buffer {
  const bytes = Buffer.alloc(4 * targets.length);
  for (const [i, target] of targets.entries()) bytes.writeFloatBE(target, 4 * i);
  return Buffer.concat([bigEndian(3330, count, targets.length / count), bytes]);
}

/** Whole numbers of 32 bits, as IDX headers have them. */
export function bigEndian(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, 4 * i);
  return bytes;
}

/** Runs `work` in a new folder, which is removed afterwards. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'convoy-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
