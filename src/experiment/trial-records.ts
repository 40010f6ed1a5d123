import type Database from 'better-sqlite3';
import { NUMERICS } from '../run/numerics.js';
import { formatCanonicalJson } from './identity.js';
import { type NumericsChoice, SPEAKER_LAST } from './run-records.js';
import type { TrialFacts } from './trial-facts.js';

/** A trial as it is to be recorded. */
export interface TrialRecord extends TrialFacts {
  /** Of its runs. */
  readonly identities: readonly string[];
}

/** A search, and trials of it. */
export interface SearchRecord {
  /** As its file has it. */
  readonly search: Readonly<Record<string, unknown>>;
  readonly trials: readonly TrialRecord[];
  /** Runs that are given up, and why. */
  readonly pruned: readonly { readonly identities: readonly string[]; readonly reason: string }[];
}

/**
 * Records trials of a search, each in the place of what was recorded of it; within a transaction.
 *
 * @param search as its file has it
 */
export function saveTrials(
  db: Database.Database,
  sweepId: number,
  search: Readonly<Record<string, unknown>>,
  trials: readonly TrialRecord[],
): void {
  db.prepare(
    'INSERT INTO searches (sweep_id, search) VALUES (?, ?) ON CONFLICT (sweep_id) DO UPDATE SET search = excluded.search',
  ).run(sweepId, formatCanonicalJson(search));
  const removeTrial = db.prepare('DELETE FROM search_trials WHERE sweep_id = ? AND trial = ?');
  const insertTrial = db.prepare(
    `INSERT INTO search_trials (sweep_id, trial, state, settings, epochs, value, objectives)
     VALUES (@sweepId, @trial, @state, @settings, @epochs, @value, @objectives)`,
  );
  const insertRun = db.prepare(
    'INSERT INTO trial_runs (sweep_id, trial, place, identity) VALUES (?, ?, ?, ?)',
  );
  for (const { trial, state, settings, epochs, value, objectives, identities } of trials) {
    removeTrial.run(sweepId, trial);
    insertTrial.run({
      sweepId,
      trial,
      state,
      epochs,
      settings: JSON.stringify(settings),
      value: value !== null && Number.isFinite(value) ? value : null,
      // JSON has no infinity: what is not finite becomes null.
      objectives: objectives && JSON.stringify(objectives),
    });
    identities.forEach((identity, i) => {
      insertRun.run(sweepId, trial, i + 1, identity);
    });
  }
}

/**
 * Marks runs of this numerics version as given up that were stopped to go on later; within a transaction.
 *
 * @param reason may name the epoch
 */
export function markPruned(db: Database.Database, identities: readonly string[], reason: string): void {
  const update = db.prepare(
    `UPDATE runs SET state = 'pruned', reason = ? WHERE identity = ? AND numerics = ? AND state = 'interrupted' AND removed_at IS NULL`,
  );
  for (const identity of identities) update.run(reason, identity, NUMERICS);
}

/** A run at rest, and what was measured of it. */
export interface RunAtRest {
  readonly runId: number;
  readonly state: string;
  /** After each epoch; null for what is not finite. */
  readonly curve: readonly (number | null)[];
  /** Of the weights that were kept. */
  readonly final: Readonly<Record<string, number | null>>;
}

/**
 * The run that speaks for an identity and is not under way; null if there is none. Of runs that have not come to their end only those of this numerics
 * version count, which go on to the same bits.
 *
 * @param metric a column of `epochs`; null for none
 */
export function readRunAtRest(
  db: Database.Database,
  identity: string,
  metric: string | null,
  numerics: NumericsChoice,
): RunAtRest | null {
  const row = db
    .prepare<[object], Readonly<Record<string, number | null>> & { run_id: number; state: string }>(
      `SELECT * FROM all_runs WHERE identity = @identity AND (
         state IN ('done', 'diverged') AND numerics = coalesce(@wanted, numerics)
         OR state IN ('failed', 'interrupted', 'pruned') AND numerics = @own
       ) ${SPEAKER_LAST}`,
    )
    .all({ identity, wanted: numerics === 'current' ? NUMERICS : null, own: NUMERICS })
    .at(-1);
  if (row === undefined) return null;
  const select = `SELECT ${metric ?? 'NULL'} FROM epochs WHERE run_id = ? ORDER BY epoch`;
  const curve = db.prepare<[number], number | null>(select).pluck().all(row.run_id);
  return { runId: row.run_id, state: row.state, curve, final: row };
}
