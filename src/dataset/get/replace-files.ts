import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Moves files into a folder, which is made, in place of those of the same names. Each is on the disk whole before it has its name there, so that
 * whatever happens no file is ever seen in part.
 */
export async function replaceFiles(from: string, names: readonly string[], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of names) await flush(join(from, name), 'r+');
  for (const name of names) await rename(join(from, name), join(folder, name));
  await flush(folder, 'r').catch(ignoreUnsupported);
}

async function flush(path: string, flags: 'r' | 'r+'): Promise<void> {
  const file = await open(path, flags);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Some systems do not open or flush folders; the names are then written when the system sees fit. */
function ignoreUnsupported(error: NodeJS.ErrnoException): void {
  if (!['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'EBADF'].includes(error.code ?? '')) throw error;
}
