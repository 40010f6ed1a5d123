import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../core/errors.js';
import { explainFileError } from '../core/file-errors.js';
import { mapSome } from '../core/map-some.js';
import { isRecorded, type LiveRun, selectClaimedRuns } from '../experiment/run-records.js';
import type { Store } from '../experiment/store.js';
import { explainOutdated } from './carried-result.js';
import { type FoundPoint, type FoundResult, findResults, isFailure, RESULT_FILE } from './find-results.js';
import { recordResult } from './record-result.js';
import type { SharedFolder } from './shared-folder.js';

/** A disk that is far away takes its time for each. */
const POINTS_AT_ONCE = 8;

/** What came of collecting. */
export interface Collection {
  /** Runs whose results are recorded now. */
  readonly recorded: readonly number[];
  /** Of those, that failed. */
  readonly failed: number;
  /** Points that other processes are at. */
  readonly held: ReadonlyMap<string, LiveRun>;
  /** Results that cannot be recorded: why, one line each. */
  readonly problems: readonly string[];
}

/**
 * Records what lies in a shared folder of some points. It may be done at any time, any number of times, and by several processes at once. The folder
 * stays as it is, but for failures, which are told once.
 *
 * @param sweepId under which new runs are recorded
 * @throws UserError if the folder cannot be read, or the database not be written
 */
export async function collectResults(
  store: Store,
  sweepId: number,
  shared: SharedFolder,
  identities: readonly string[],
): Promise<Collection> {
  const collector = new Collector(store, sweepId);
  await mapSome(identities, POINTS_AT_ONCE, async (identity) =>
    collector.take(identity, await findResults(shared, identity)),
  );
  return collector;
}

class Collector implements Collection {
  readonly recorded: number[] = [];
  failed = 0;
  readonly held = new Map<string, LiveRun>();
  readonly problems: string[] = [];

  constructor(
    private readonly store: Store,
    private readonly sweepId: number,
  ) {}

  async take(identity: string, { results, outdated, broken }: FoundPoint): Promise<void> {
    this.problems.push(...broken);
    const [best] = results;
    // Those of other versions only where there is nothing else, to tell why.
    if (best === undefined) return this.refuse(identity, outdated);
    // Of several attempts that have come to a result, all: they have to agree.
    const taken = isFailure(best) ? [results.at(-1)!] : results.filter((result) => !isFailure(result));
    let isSettled = true;
    for (const result of taken) isSettled = (await this.record(identity, result)) && isSettled;
    // What could not be recorded is told the next time.
    if (isSettled) for (const { folder } of results.filter(isFailure)) await this.forget(folder);
  }

  /** Of a failure that has been told. */
  private async forget(folder: string): Promise<void> {
    const file = join(folder, RESULT_FILE);
    await rm(file, { force: true }).catch((error: unknown) => {
      this.problems.push(
        `${file}: cannot be removed: ${explainFileError(error)}. Its failure is recorded each time until it is: make the folder writable.`,
      );
    });
  }

  /** @param outdated results of a point that no current attempt has come to one of */
  private refuse(identity: string, outdated: readonly FoundResult[]): void {
    const isKnown = () => selectClaimedRuns(this.store.db, 'current', identity).some(isRecorded);
    const [result] = outdated;
    if (result && !isKnown()) this.problems.push(explainOutdated(result.carried, result.folder).message);
  }

  /** @returns whether it is recorded, now or before */
  private async record(identity: string, result: FoundResult): Promise<boolean> {
    try {
      const recording = await recordResult(this.store, this.sweepId, result);
      if (recording.kind === 'held') this.held.set(identity, recording.live);
      if (recording.kind !== 'recorded') return recording.kind === 'known';
      this.recorded.push(recording.runId);
      if (isFailure(result)) this.failed++;
      return true;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.problems.push(error.message);
      return false;
    }
  }
}
