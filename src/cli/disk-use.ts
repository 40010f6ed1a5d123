import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SweepPoint } from '../experiment/plan-sweep.js';
import { findRunFolder } from '../experiment/run-folder.js';
import { formatNumberOf } from '../report/findings/words.js';
import { formatBytes } from '../report/format-values.js';
import { CheckpointEstimator, countKeptBytes } from '../run/checkpoint-size.js';
import type { CheckpointChoice } from './checkpoint-options.js';

/** What stays of one run, and of many. */
const KEPT_WORDS = {
  model: ['a model', 'models'],
  state: ['a model with its states', 'models with their states'],
} as const;

/** Where runs are recorded, and how they keep their states. */
export interface DiskUse {
  readonly db: string;
  readonly checkpoints: CheckpointChoice;
  /** Runs side by side. */
  readonly parallel: number;
}

/**
 * What runs will take of the disk, and a warning if that is more than it has: to be told before the first of them begins. No lines if they keep
 * nothing there, or there are none.
 */
export function describeDiskUse(
  points: readonly SweepPoint[],
  { db, checkpoints, parallel }: DiskUse,
): string[] {
  if (checkpoints === null || points.length === 0) return [];
  const { keep = 'model' } = checkpoints;
  const estimator = new CheckpointEstimator();
  const sizes = points.map((point) => estimator.estimate(point));
  const kept = sizes.map((size) => countKeptBytes(size, keep));
  const keptBytes = kept.reduce((sum, bytes) => sum + bytes, 0);
  const greatest = sizes.map(({ runningBytes }) => runningBytes).sort((a, b) => b - a);
  const runningBytes = greatest.slice(0, parallel).reduce((sum, bytes) => sum + bytes, 0);
  const folder = dirname(findRunFolder(db, 0));
  const freeBytes = measureFreeBytes(folder);
  const isOne = points.length === 1;
  const states = `checkpoints of ${formatRange(sizes.map(({ stateBytes }) => stateBytes))}`;
  const stays = `${formatRange(kept)} kept${isOne ? '' : `: ${formatBytes(keptBytes)} in all`}`;
  const facts = [
    formatNumberOf(points.length, 'run'),
    isOne ? `${states} while it runs` : `${states} each while they run`,
    keep === 'nothing' ? 'nothing kept' : `${KEPT_WORDS[keep][isOne ? 0 : 1]} of ${stays}`,
  ];
  const free = freeBytes === null ? '' : `; ${formatBytes(freeBytes)} free in ${folder}`;
  const line = `${facts.join(', ')}${free}`;
  const neededBytes = keptBytes + runningBytes;
  if (freeBytes === null || neededBytes <= freeBytes) return [line];
  return [
    line,
    `warning: ${folder}: expected room for ${formatBytes(neededBytes)}, found ${formatBytes(freeBytes)} free. ` +
      'Make room, record elsewhere (--db), or keep less (--keep nothing, --no-checkpoints).',
  ];
}

/** `3.4 MB`, or from the least to the most where they differ. */
function formatRange(bytes: readonly number[]): string {
  const [least, most] = [bytes.reduce((a, b) => Math.min(a, b)), bytes.reduce((a, b) => Math.max(a, b))];
  const [first, last] = [formatBytes(least), formatBytes(most)];
  return first === last ? first : `${first} to ${last}`;
}

/** Of the disk that a folder is on, or will be on; null where the system does not tell. */
function measureFreeBytes(folder: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT' && dirname(folder) !== folder;
    return isMissing ? measureFreeBytes(dirname(folder)) : null;
  }
}
