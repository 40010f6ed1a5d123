import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { listKeptFiles } from '../checkpoint/run-files.js';
import { UserError } from '../core/errors.js';
import { openRegularFile, readBytes } from '../core/regular-file.js';
import { writeWholeFile } from '../core/write-whole-file.js';
import type { KeptFiles } from '../run/types.js';
import { sha256Schema } from './task.js';

const EXPECTED = "a file of a run's result";
/** Of a file, at a time. */
const PIECE_BYTES = 1 << 22;

/** A file of a run that is done: a network, or a state. */
export interface CarriedFile {
  /** Within the run's folder. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export const carriedFileSchema: z.ZodType<CarriedFile> = z.strictObject({
  // No other place than the folder that it is put into.
  name: z.string().regex(/^[a-z\d-]+\.safetensors$/, "expected the name of a run's file"),
  sizeBytes: z.int().min(0),
  sha256: sha256Schema,
});

/** What is to stay of a run that is done. */
export async function listCarriedFiles(folder: string, keep: KeptFiles): Promise<CarriedFile[]> {
  if (!existsSync(folder)) return [];
  const files: CarriedFile[] = [];
  for (const name of await listKeptFiles(folder, keep)) files.push(await describeFile(join(folder, name)));
  return files;
}

export async function describeFile(file: string): Promise<CarriedFile> {
  const { handle, sizeBytes } = await openRegularFile(file, EXPECTED);
  const hash = createHash('sha256');
  for await (const piece of handle.createReadStream({ highWaterMark: PIECE_BYTES })) hash.update(piece);
  return { name: basename(file), sizeBytes, sha256: hash.digest('hex') };
}

/**
 * Reads a run's files from its folder.
 *
 * @throws UserError if one is missing or is not what was written
 */
export async function readCarriedFiles(
  files: readonly CarriedFile[],
  folder: string,
): Promise<ReadonlyMap<string, Buffer>> {
  const contents = new Map<string, Buffer>();
  for (const { name, sha256 } of files) {
    const file = join(folder, name);
    const bytes = await readWhole(file);
    if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
      throw new UserError(
        `${file}: expected the bytes with SHA-256 ${sha256}, found others. Remove ${folder}: the point is trained again.`,
      );
    }
    contents.set(name, bytes);
  }
  return contents;
}

/** @throws UserError if one cannot be written */
export async function writeCarriedFiles(
  contents: ReadonlyMap<string, Buffer>,
  folder: string,
): Promise<void> {
  const advice = 'Make room there, and collect again.';
  for (const [name, bytes] of contents) await writeWholeFile(join(folder, name), [bytes], { advice });
}

async function readWhole(file: string): Promise<Buffer> {
  const open = await openRegularFile(file, EXPECTED);
  try {
    return await readBytes(open, file);
  } finally {
    await open.handle.close();
  }
}
