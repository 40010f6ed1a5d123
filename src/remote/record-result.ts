import { clearRunFolder } from '../checkpoint/run-files.js';
import { findRunFolder, setAsideRunFolder } from '../experiment/run-folder.js';
import { isRecorded, type LiveRun, selectClaimedRuns } from '../experiment/run-records.js';
import type { Store } from '../experiment/store.js';
import { checkAgreement, makerOf, readMaker } from './agreement.js';
import { checkCarriedFiles, copyCarriedFiles } from './carried-files.js';
import { type CarriedResult, endOf, pointOf } from './carried-result.js';
import type { FoundResult } from './find-results.js';

export type Recording =
  | { readonly kind: 'recorded'; readonly runId: number }
  /** A run of the identity and version is recorded already, with the same weights. */
  | { readonly kind: 'known'; readonly live: LiveRun }
  /** Another process is at the point: training it, or recording the same result. */
  | { readonly kind: 'held'; readonly live: LiveRun };

/**
 * Records a result that another machine has come to, with its files, as the sweep would that trains the point here. It may be done any number of
 * times, and by several processes at once: the point is recorded once.
 *
 * @throws UserError if the result is of another numerics version, its files are damaged or cannot be written, or the weights are others than those
 *   that are recorded
 */
export async function recordResult(store: Store, sweepId: number, found: FoundResult): Promise<Recording> {
  const { carried, folder } = found;
  const point = pointOf(carried);
  const end = endOf(carried, folder);
  // Before its files are looked at: most of what lies in a folder has been recorded before.
  const recorded = selectClaimedRuns(store.db, 'current', point.identity).findLast(isRecorded);
  if (recorded) return agree(store, recorded, carried);
  const { environment, workers, epochs, startedAt, finishedAt } = carried;
  await checkCarriedFiles(carried.files, folder);
  // Only runs of this version: one of another that is recorded makes this one no less a result.
  const claim = store.claimRun({ sweepId, point, environment, workers, numerics: 'current' });
  if ('live' in claim) {
    const { live } = claim;
    return isRecorded(live) ? agree(store, live, carried) : { kind: 'held', live };
  }
  const { runId, isTakenUp } = claim;
  const place = findRunFolder(store.db.name, runId);
  try {
    if (!isTakenUp) setAsideRunFolder(place);
    // What it would have gone on from here.
    else if (carried.state === 'done') await clearRunFolder(place, 'nothing');
    await copyCarriedFiles(carried.files, folder, place);
  } catch (error) {
    store.finishRun(runId, { state: 'interrupted', reason: 'its files could not be written' });
    throw error;
  }
  const isOwned = store.recordElsewhere(runId, { epochs, end, startedAt, finishedAt });
  // Another process has taken this one for dead, and records the result.
  return isOwned ? { kind: 'recorded', runId } : recordResult(store, sweepId, found);
}

function agree(store: Store, live: LiveRun, carried: CarriedResult): Recording {
  const maker = makerOf(carried);
  if (maker) checkAgreement(carried.point, readMaker(store, live.runId), maker);
  return { kind: 'known', live };
}
