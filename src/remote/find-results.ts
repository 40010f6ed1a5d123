import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../core/errors.js';
import { NUMERICS } from '../run/numerics.js';
import { type CarriedResult, readResult } from './carried-result.js';
import type { Attempt, SharedFolder } from './shared-folder.js';

/** Of an attempt that has come to one. */
export const RESULT_FILE = 'result.json';

/** A result that lies in a shared folder. */
export interface FoundResult {
  readonly carried: CarriedResult;
  /** Where its files are. */
  readonly folder: string;
}

/** What lies in a shared folder of a point. */
export interface FoundPoint {
  readonly attempts: readonly Attempt[];
  /** By this program's arithmetic; of runs that are done or diverged before those that failed. */
  readonly results: readonly FoundResult[];
  /** Of other numerics versions: of no use, and no hindrance, to this one. */
  readonly outdated: readonly FoundResult[];
  /** Results that cannot be read: why, one line each. */
  readonly broken: readonly string[];
}

/** @throws UserError if the folder cannot be read */
export async function findResults(shared: SharedFolder, identity: string): Promise<FoundPoint> {
  const attempts = await shared.listAttempts(identity);
  const results: FoundResult[] = [];
  const outdated: FoundResult[] = [];
  const broken: string[] = [];
  for (const { folder } of attempts) {
    const file = join(folder, RESULT_FILE);
    if (!existsSync(file)) continue;
    try {
      const carried = readFor(identity, file);
      (carried.numerics === NUMERICS ? results : outdated).push({ carried, folder });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      broken.push(error.message);
    }
  }
  results.sort((a, b) => Number(isFailure(a)) - Number(isFailure(b)));
  return { attempts, results, outdated, broken };
}

export function isFailure({ carried }: FoundResult): boolean {
  return carried.outcome === null;
}

/** Whether a point needs no training any more. */
export function isFinished({ results }: Pick<FoundPoint, 'results'>): boolean {
  return results.some((result) => !isFailure(result));
}

function readFor(identity: string, file: string): CarriedResult {
  const carried = readResult(file);
  const { identity: found } = carried.point;
  if (found === identity) return carried;
  throw new UserError(`${file}: expected a result of the run ${identity}, found one of ${found}. Remove it.`);
}
