import { withDatabaseErrors } from './database-errors.js';
import { SPEAKER_LAST } from './run-records.js';
import type { Store } from './store.js';
import type { RunRow } from './view-rows.js';

/** The run that speaks for each identity, in their order. */
export function readRows({ db }: Store, identities: readonly string[]): RunRow[] {
  const query = `SELECT * FROM all_runs WHERE identity IN (SELECT value FROM json_each(?)) ${SPEAKER_LAST}`;
  const rows = withDatabaseErrors(db.name, () =>
    db.prepare<[string], RunRow>(query).all(JSON.stringify(identities)),
  );
  const speakers = new Map(rows.map((row) => [row.identity, row]));
  return identities.flatMap((identity) => speakers.get(identity) ?? []);
}

/** A run in any state. */
export function readRow({ db }: Store, runId: number): RunRow {
  const query = 'SELECT * FROM all_runs WHERE run_id = ?';
  return withDatabaseErrors(db.name, () => db.prepare<[number], RunRow>(query).get(runId)!);
}
