import type Database from 'better-sqlite3';
import { withDatabaseErrors } from '../experiment/database-errors.js';
import { measureTraining } from '../optim/training-length.js';
import { CURVE_METRICS, type CurveMetric, type EpochPoint } from './curve-metrics.js';

type EpochRow = Readonly<Record<CurveMetric | 'seconds', number | null>> & { readonly epoch: number };

/** Of a spec what tells how many steps an epoch has. */
interface Length {
  readonly trainCount: number;
  readonly validationCount: number;
  readonly batchSize: number;
  readonly dropLast: number;
  readonly epochs: number;
  readonly maxIterations: number | null;
}

const SELECT_LENGTH = `
  SELECT spec ->> '$.trainCount' AS trainCount, coalesce(spec ->> '$.validationCount', 0) AS validationCount, spec ->> '$.batchSize' AS batchSize,
    coalesce(spec ->> '$.dropLast', 0) AS dropLast, spec ->> '$.epochs' AS epochs, spec ->> '$.maxIterations' AS maxIterations
  FROM runs WHERE run_id = ? AND removed_at IS NULL`;
const SELECT_EPOCHS = `SELECT epoch, seconds, ${CURVE_METRICS.join(', ')} FROM epochs WHERE run_id = ? AND epoch > ? ORDER BY epoch`;
const SELECT_SECONDS = 'SELECT coalesce(sum(seconds), 0) FROM epochs WHERE run_id = ? AND epoch <= ?';

/** What is recorded of a run's epochs from after one of them on; null if no such run is kept. */
export function readCourse(db: Database.Database, run: number, after = 0): EpochPoint[] | null {
  return withDatabaseErrors(db.name, () => {
    const length = db.prepare<[number], Length>(SELECT_LENGTH).get(run);
    if (length === undefined) return null;
    const endOf = countSteps(length);
    let seconds: number | null = db
      .prepare<[number, number], number>(SELECT_SECONDS)
      .pluck()
      .get(run, after)!;
    return db
      .prepare<[number, number], EpochRow>(SELECT_EPOCHS)
      .all(run, after)
      .map((row) => {
        seconds = seconds === null || row.seconds === null ? null : seconds + row.seconds;
        return { ...dropInfinities(row), epoch: row.epoch, steps: endOf(row.epoch), seconds };
      });
  });
}

/** Steps that are done at the end of an epoch; the last one may be cut. */
function countSteps({
  trainCount,
  validationCount,
  dropLast,
  maxIterations,
  ...rest
}: Length): (epoch: number) => number {
  const { stepsPerEpoch, steps } = measureTraining(trainCount - validationCount, {
    ...rest,
    dropLast: dropLast === 1,
  });
  const most = Math.min(steps, maxIterations ?? Number.POSITIVE_INFINITY);
  return (epoch) => Math.min(epoch * stepsPerEpoch, most);
}

function dropInfinities(row: EpochRow): Record<CurveMetric, number | null> {
  const entries = CURVE_METRICS.map((name) => [name, Number.isFinite(row[name]) ? row[name] : null]);
  return Object.fromEntries(entries) as Record<CurveMetric, number | null>;
}
