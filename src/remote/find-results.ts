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
  /** Of runs that are done or diverged before those that failed. */
  readonly results: readonly FoundResult[];
  /** Results that cannot be read: why, one line each. */
  readonly broken: readonly string[];
}

/** @throws UserError if the folder cannot be read */
export async function findResults(shared: SharedFolder, identity: string): Promise<FoundPoint> {
  const attempts = await shared.listAttempts(identity);
  const results: FoundResult[] = [];
  const broken: string[] = [];
  for (const { folder } of attempts) {
    const file = join(folder, RESULT_FILE);
    if (!existsSync(file)) continue;
    try {
      results.push({ carried: readFor(identity, file), folder });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      broken.push(error.message);
    }
  }
  results.sort((a, b) => Number(isFailure(a)) - Number(isFailure(b)));
  return { attempts, results, broken };
}

export function isFailure({ carried }: FoundResult): boolean {
  return carried.outcome === null;
}

/** Whether a point needs no training any more: by this program's arithmetic it is done. */
export function isFinished({ results }: FoundPoint): boolean {
  return results.some((result) => !isFailure(result) && result.carried.numerics === NUMERICS);
}

function readFor(identity: string, file: string): CarriedResult {
  const carried = readResult(file);
  const { identity: found } = carried.point;
  if (found === identity) return carried;
  throw new UserError(`${file}: expected a result of the run ${identity}, found one of ${found}. Remove it.`);
}
