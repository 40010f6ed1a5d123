import type { SweepPoint } from '../../experiment/plan-sweep.js';
import { namePoints } from '../../report/varying-fields.js';
import type { Streams } from '../streams.js';
import { SweepState } from '../sweep/state.js';
import { showProgressBars } from './bars.js';
import { showProgressLines } from './lines.js';
import { canShowLiveLines } from './live-lines.js';
import type { SweepProgress } from './progress.js';

/**
 * Bars where `err` is a terminal that can move its cursor, else plain lines without control characters.
 *
 * @param points all of the sweep, which decide on what tells one from another
 */
export function showProgress(
  err: Streams['err'],
  points: readonly SweepPoint[],
  missing: readonly SweepPoint[],
  parallel: number,
): SweepProgress {
  const subject = { state: new SweepState(missing), parallel, name: namePoints(points) };
  const hasBars = missing.length > 0 && canShowLiveLines(err);
  return hasBars ? showProgressBars(err, subject) : showProgressLines(err, subject);
}
