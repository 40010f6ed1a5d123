import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { listKeptFiles } from '../checkpoint/run-files.js';
import { UserError } from '../core/errors.js';
import { explainOpenError, openRegularFile } from '../core/regular-file.js';
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
 * Checks that a run's files are in its folder as they were written.
 *
 * @throws UserError if one is missing or is not what was written
 */
export async function checkCarriedFiles(files: readonly CarriedFile[], folder: string): Promise<void> {
  for (const file of files) for await (const _ of readPieces(file, folder));
}

/**
 * Copies a run's files from its folder into another one, each whole or not at all.
 *
 * @throws UserError if one is missing, is not what was written, or cannot be written
 */
export async function copyCarriedFiles(
  files: readonly CarriedFile[],
  folder: string,
  into: string,
): Promise<void> {
  const advice = 'Make room there, and collect again.';
  for (const file of files) await writeWholeFile(join(into, file.name), readPieces(file, folder), { advice });
}

/** A network may be larger than the memory. */
async function* readPieces({ name, sha256 }: CarriedFile, folder: string): AsyncGenerator<Buffer> {
  const file = join(folder, name);
  const { handle } = await openRegularFile(file, EXPECTED);
  const hash = createHash('sha256');
  try {
    for await (const piece of handle.createReadStream({ highWaterMark: PIECE_BYTES, autoClose: false })) {
      hash.update(piece);
      yield piece;
    }
  } catch (error) {
    throw explainOpenError(error, file, EXPECTED);
  } finally {
    await handle.close();
  }
  if (hash.digest('hex') === sha256) return;
  throw new UserError(
    `${file}: expected the bytes with SHA-256 ${sha256}, found others. Remove ${folder}: the point is trained again.`,
  );
}
