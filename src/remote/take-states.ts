import { copyFile, link, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BEST_FILE, listStates } from '../checkpoint/run-files.js';
import type { Attempt } from './shared-folder.js';

/** The newest may turn out to be damaged. */
const STATES_TAKEN = 2;

/**
 * Puts the newest states of earlier attempts into the folder of another one, which goes on from them, and removes what is older. An earlier attempt that
 * turns out to be alive is none the worse: it goes on as well.
 *
 * @returns the attempt that the newest one is from; null if there is none
 */
export async function takeStates(into: Attempt, earlier: readonly Attempt[]): Promise<Attempt | null> {
  const lists = await Promise.all(
    earlier.map(async (attempt) =>
      // An attempt that has gone, by hand, has none.
      (await listStates(attempt.folder).catch(() => [])).map((file) => ({ file, attempt })),
    ),
  );
  const states = lists
    .flat()
    .sort((a, b) => basename(b.file).localeCompare(basename(a.file)) || b.attempt.number - a.attempt.number);
  const taken: Attempt[] = [];
  for (const { file, attempt } of states) {
    if (taken.length < STATES_TAKEN && (await take(file, into))) taken.push(attempt);
  }
  const [source = null] = taken;
  if (source) await take(join(source.folder, BEST_FILE), into);
  for (const { file } of states) await rm(file, { force: true }).catch(() => {});
  return source;
}

/** @returns false if it has gone, or is there */
async function take(file: string, { folder }: Attempt): Promise<boolean> {
  const place = join(folder, basename(file));
  try {
    // A state never changes once it is whole.
    await link(file, place);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EEXIST') return false;
    // A file system without hard links.
    return copyFile(file, place).then(
      () => true,
      () => false,
    );
  }
}
