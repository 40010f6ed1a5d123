import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../core/errors.js';
import { readLatestRuns, readRecordedRuns } from '../../experiment/run-records.js';
import type { Store } from '../../experiment/store.js';
import { type Collection, collectResults } from '../../remote/collect.js';
import { forgetRecorded, listPending } from '../../remote/pending.js';
import { SharedFolder } from '../../remote/shared-folder.js';
import { formatNumberOf } from '../../report/findings/words.js';
import { describeCollection } from '../collect-pending.js';
import { EXIT_CODES } from '../exit.js';
import { formatJsonRow, formatResults, type SweepJob } from './record-sweep.js';
import { DEFAULT_FOLDER } from './slurm-options.js';

/** Between two looks at points that other processes are at: they may be recording the very results. */
const LOOK_INTERVAL_MS = 500;
/** How long they may take for one. */
const PATIENCE_MS = 20_000;

/**
 * Records what has come to a result of a sweep elsewhere, and prints the table of all of it; with `--json` a line for each that is recorded now.
 *
 * @param folder null for those where something of the database's was submitted
 * @returns the exit code: 0 if every point is recorded, 1 if runs failed or results cannot be recorded, 3 if others are still to come
 * @throws UserError if there is no such folder, or the database cannot be written
 */
export async function collectSweep(job: SweepJob, folder: string | null): Promise<number> {
  const { grid, points, store, command, streams } = job;
  const sweepId = store.recordSweep({ ...grid, title: grid.title ?? null }, points);
  const say = (line: string) => void streams.err.write(`${grid.name}: ${line}\n`);
  const identities = points.map(({ identity }) => identity);
  let problems = 0;
  for (const path of folder === null ? await findFolders(store) : [checkFolder(folder)]) {
    if (!existsSync(path)) {
      say(
        `${path}: expected the folder of what was submitted, found nothing there. Mount it, or submit again.`,
      );
      problems++;
      continue;
    }
    const collection = await collectFully(store, sweepId, new SharedFolder(path), identities);
    if (command.json) for (const runId of collection.recorded) streams.out.write(formatJsonRow(store, runId));
    for (const problem of collection.problems) say(problem);
    problems += collection.problems.length;
    say(`${describeCollection(collection)} from ${path}`);
  }
  await forgetRecorded(store);
  if (!command.json) streams.out.write(formatResults(job));
  const recorded = readRecordedRuns(store.db, identities, command.numerics);
  const missing = identities.filter((identity) => !recorded.has(identity));
  const latest = [...readLatestRuns(store.db, missing).values()];
  const failed = latest.filter(({ state }) => state === 'failed').length;
  say(describeMissing(missing.length, failed));
  if (problems + failed > 0) return EXIT_CODES.failed;
  return missing.length === 0 ? EXIT_CODES.done : EXIT_CODES.held;
}

function describeMissing(missing: number, failed: number): string {
  if (missing === 0) return 'all points are recorded';
  return `${formatNumberOf(missing, 'point')} still missing${failed > 0 ? `, ${failed} of them failed` : ''}`;
}

/** Looks again at what other processes are at, since one of them may collect as well, until none of it has ended for a while. */
async function collectFully(
  store: Store,
  sweepId: number,
  shared: SharedFolder,
  identities: readonly string[],
): Promise<Collection> {
  let sum = await collectResults(store, sweepId, shared, identities);
  let sinceMs = performance.now();
  while (sum.held.size > 0 && performance.now() - sinceMs < PATIENCE_MS) {
    await sleep(LOOK_INTERVAL_MS);
    const more = await collectResults(store, sweepId, shared, [...sum.held.keys()]);
    if (more.held.size < sum.held.size) sinceMs = performance.now();
    sum = {
      recorded: [...sum.recorded, ...more.recorded],
      failed: sum.failed + more.failed,
      held: more.held,
      problems: [...new Set([...sum.problems, ...more.problems])],
    };
  }
  return sum;
}

async function findFolders({ db }: Store): Promise<string[]> {
  const noted = (await listPending(db.name)).map((submission) => dirname(dirname(submission)));
  const usual = resolve(DEFAULT_FOLDER);
  const folders = [...new Set([...noted, ...(existsSync(usual) ? [usual] : [])])];
  if (folders.length > 0) return folders;
  throw new UserError(
    `--collect: expected a folder where results lie, found none that was noted beside ${db.name}. Name it with --folder.`,
  );
}

function checkFolder(folder: string): string {
  if (existsSync(folder)) return folder;
  throw new UserError(`--folder: expected a folder, found nothing at ${folder}. Check the path.`);
}
