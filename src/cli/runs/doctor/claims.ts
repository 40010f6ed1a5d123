import type Database from 'better-sqlite3';
import { withDatabaseErrors } from '../../../experiment/database-errors.js';
import { listFreeLocks } from '../../../experiment/owner-lock.js';
import { judgeOwner } from '../../../experiment/owners.js';
import { type ClaimedRun, isRecorded, selectClaimedRuns } from '../../../experiment/run-records.js';
import { Store } from '../../../experiment/store.js';
import { formatNumberOf, joinWords } from '../../../report/findings/words.js';
import type { Check, Finding, Remedy } from './finding.js';

/** Runs that a process has begun and, being gone, will not end; and what such processes leave behind. */
export const claimsCheck: Check = {
  name: 'claims',
  ok: 'every run that is under way has a process that lives',
  find(db) {
    const claimed = withDatabaseErrors(db.name, () => selectClaimedRuns(db, 'any'));
    const judged = claimed
      .filter((run) => !isRecorded(run))
      .map((run) => ({ run, liveness: judgeOwner(db.name, run) }));
    const runsOf = (wanted: string) =>
      judged.filter(({ liveness }) => liveness === wanted).map(({ run }) => run);
    return [...describeDead(runsOf('dead')), ...describeUnknown(runsOf('unknown')), ...findLocks(db)];
  },
};

/** Marks dead processes' runs as interrupted, and removes their locks. */
const RECOVER: Remedy = {
  deletes: false,
  apply(db) {
    const store = Store.open(db.name);
    try {
      store.recoverDead();
    } finally {
      store.close();
    }
  },
};

function describeDead(runs: readonly ClaimedRun[]): Finding[] {
  if (runs.length === 0) return [];
  return [
    {
      isWrong: true,
      what: `${nameRuns(runs)} marked as under way, but the process that was at it has gone.`,
      mend: 'The next sweep of the point goes on from there. To mark it as interrupted now: runs doctor --fix.',
      remedy: RECOVER,
    },
  ];
}

function describeUnknown(runs: readonly ClaimedRun[]): Finding[] {
  if (runs.length === 0) return [];
  const hosts = joinWords([...new Set(runs.map(({ host }) => host))]);
  return [
    {
      isWrong: false,
      what: `${nameRuns(runs)} under way in a process on ${hosts} of which it cannot be told from here whether it lives.`,
      mend: 'A sweep of the point watches it, and goes on from there if it stays silent.',
    },
  ];
}

function findLocks(db: Database.Database): Finding[] {
  const count = listFreeLocks(db.name).length;
  if (count === 0) return [];
  return [
    {
      isWrong: false,
      what: `${formatNumberOf(count, 'lock file')} of processes that have gone.`,
      mend: 'The next sweep removes them, and so does: runs doctor --fix.',
      remedy: RECOVER,
    },
  ];
}

/** `Run 3 is`, `Runs 3 and 5 are` */
function nameRuns(runs: readonly ClaimedRun[]): string {
  const ids = joinWords(runs.map(({ runId }) => String(runId)));
  return runs.length === 1 ? `Run ${ids} is` : `Runs ${ids} are`;
}
