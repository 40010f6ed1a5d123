import type Database from 'better-sqlite3';
import { UserError } from '../../core/errors.js';
import { withDatabaseErrors } from '../../experiment/database-errors.js';

/** Which runs a command is about: those that are kept, those that have been removed, or both. */
export type Pool = 'kept' | 'removed' | 'any';

/** For the help of a command that takes several. */
export const IDS_HELP = 'numbers of runs as ls tells them, ranges such as 3-8, or last';

const ID = /^[1-9]\d{0,14}$/;
const RANGE = /^([1-9]\d{0,14})-([1-9]\d{0,14})$/;

interface Row {
  readonly runId: number;
  readonly removed: 0 | 1;
}

/**
 * The runs that a user means by numbers, ranges and `last`, each once, in the order in which they are named. A range leaves out numbers that
 * the pool does not have, but not all.
 *
 * @throws UserError for what is neither, and for runs that the database or the pool does not have
 */
export function findRunIds(db: Database.Database, texts: readonly string[], pool: Pool): number[] {
  const query = 'SELECT run_id AS runId, removed_at IS NOT NULL AS removed FROM runs ORDER BY run_id';
  const rows = withDatabaseErrors(db.name, () => db.prepare<[], Row>(query).all());
  const pooled = rows.filter(({ removed }) => pool === 'any' || removed === Number(pool === 'removed'));
  const ids = pooled.map(({ runId }) => runId);
  return [
    ...new Set(texts.flatMap((text) => findNamed(text, ids, () => explainMissing(db, text, rows, pool)))),
  ];
}

/** The run that a user means by one number or `last`. */
export function findRunId(db: Database.Database, text: string, pool: Pool): number {
  if (text !== 'last' && !ID.test(text)) throw explainText(text, "a run's number or last");
  return findRunIds(db, [text], pool)[0]!;
}

/** @param ids in ascending order */
function findNamed(text: string, ids: readonly number[], explain: () => UserError): number[] {
  const [, from, to] = RANGE.exec(text) ?? [text, text, text];
  if (text === 'last') return ids.length > 0 ? ids.slice(-1) : fail(explain());
  if (!ID.test(from!)) throw explainText(text, "a run's number, a range such as 3-8 or last");
  const found = ids.filter((id) => id >= Number(from) && id <= Number(to));
  return found.length > 0 ? found : fail(explain());
}

function fail(error: UserError): never {
  throw error;
}

function explainText(text: string, expected: string): UserError {
  return new UserError(`runs: expected ${expected}, found '${text}'. The numbers are in: runs ls.`);
}

function explainMissing(db: Database.Database, text: string, rows: readonly Row[], pool: Pool): UserError {
  const other = rows.find(({ runId }) => String(runId) === text);
  if (other?.removed === 1) {
    return new UserError(`run ${text}: it has been removed. Bring it back with: runs restore ${text}.`);
  }
  if (other !== undefined) {
    return new UserError(
      `run ${text}: expected a removed run, found one that is kept. Remove it with: runs rm ${text}.`,
    );
  }
  const what = text === 'last' ? 'no run' : RANGE.test(text) ? `no run of ${text}` : `no run ${text}`;
  const list = pool === 'removed' ? 'runs ls --removed' : 'runs ls';
  return new UserError(
    `${db.name}: there is ${what}${pool === 'removed' ? ' that has been removed' : ''}. The numbers are in: ${list}.`,
  );
}
