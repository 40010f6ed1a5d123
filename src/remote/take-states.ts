import { existsSync } from 'node:fs';
import { link, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BEST_FILE, listStates } from '../checkpoint/run-files.js';
import { UserError } from '../core/errors.js';
import { openRegularFile } from '../core/regular-file.js';
import { writeWholeFile } from '../core/write-whole-file.js';
import type { Attempt } from './shared-folder.js';

/** The newest may turn out to be damaged. */
const STATES_TAKEN = 2;
const ADVICE = 'Make room in the shared folder, and submit the point again: it goes on from its checkpoint.';

/**
 * Puts the newest states of earlier attempts into the folder of another one, which goes on from them, and then removes them there. An earlier attempt that
 * turns out to be alive is none the worse: it goes on as well.
 *
 * @returns the attempt that the newest one is from; null if there is none
 * @throws UserError if there are some and none can be taken, be it that the disk is full: the earlier attempts keep them
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
  let failure: UserError | null = null;
  for (const { file, attempt } of states) {
    if (taken.length === STATES_TAKEN) break;
    try {
      if (await take(file, into)) taken.push(attempt);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      // One that has gone meanwhile is with an attempt that has taken it.
      if (existsSync(file)) failure ??= error;
    }
  }
  const [source] = taken;
  if (!source) {
    if (failure) throw failure;
    return null;
  }
  await take(join(source.folder, BEST_FILE), into);
  for (const { file } of states) await rm(file, { force: true }).catch(() => {});
  return source;
}

/**
 * @returns false if it has gone, or is there
 * @throws UserError if it cannot be taken
 */
async function take(file: string, { folder }: Attempt): Promise<boolean> {
  const place = join(folder, basename(file));
  try {
    // A state never changes once it is whole.
    await link(file, place);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EEXIST') return false;
  }
  // A file system without hard links.
  const { handle } = await openRegularFile(file, 'a state of the run');
  try {
    const pieces = handle.createReadStream({ autoClose: false });
    await writeWholeFile(place, pieces, { makesFolder: false, advice: ADVICE });
    return true;
  } finally {
    await handle.close();
  }
}
