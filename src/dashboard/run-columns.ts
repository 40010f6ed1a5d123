import type { RunColumn } from './run-rows.js';

/** A column that every database has, whatever its specs: what is recorded of a run or measured in its training. */
export interface RecordedColumn extends Pick<RunColumn, 'name' | 'label' | 'kind' | 'source'> {
  /** Of `runs`, `sweeps`, `kept` (the epoch whose weights were kept), `last` (the last epoch) and `course` (over all epochs). */
  readonly sql: string;
}

function record(name: string, label: string, kind: RunColumn['kind'], sql = `runs.${name}`): RecordedColumn {
  return { name, label, kind, source: 'record', sql };
}

function metric(name: string, label: string, sql: string): RecordedColumn {
  return { name, label, kind: 'number', source: 'metric', sql };
}

/** A metric of the weights that were kept; with test-time augmentation, if the spec asks for it, at the end. */
function tested(name: string, label: string): RecordedColumn {
  return metric(name, label, `coalesce(runs.augmented_${name}, kept.${name})`);
}

/** A metric after the last epoch, of runs that kept the weights of an earlier one. */
function last(name: string, label: string): RecordedColumn {
  return metric(`last_${name}`, `last ${label}`, `iif(runs.best_epoch IS NULL, NULL, last.${name})`);
}

/** What `course` has beside the number of epochs. */
const BEST = {
  best_test_error_percent: 'min(test_error_percent)',
  best_test_loss: 'min(test_loss)',
  best_validation_error_percent: 'min(validation_error_percent)',
  best_validation_loss: 'min(validation_loss)',
  best_train_loss: 'min(train_loss)',
  best_test_rmse: 'min(test_rmse)',
  best_test_r2: 'max(test_r2)',
} as const;

/** The best value of a metric after any epoch. */
function best(name: keyof typeof BEST, label: string): RecordedColumn {
  return metric(name, `best ${label}`, `course.${name}`);
}

/** In the order in which a table shows them. Names that the view `all_runs` has mean what they mean there. */
export const RECORDED_COLUMNS: readonly RecordedColumn[] = [
  record('label', 'network', 'text'),
  record('sweep', 'sweep', 'text', 'sweeps.name'),
  metric('completed_epochs', 'epochs done', 'coalesce(course.completed_epochs, 0)'),
  tested('test_error_percent', 'test error %'),
  best('best_test_error_percent', 'test error %'),
  last('test_error_percent', 'test error %'),
  metric('plain_test_error_percent', 'test error %, images as they are', 'kept.test_error_percent'),
  tested('test_rmse', 'test RMSE'),
  best('best_test_rmse', 'test RMSE'),
  last('test_rmse', 'test RMSE'),
  tested('test_r2', 'test R²'),
  best('best_test_r2', 'test R²'),
  metric('validation_error_percent', 'validation error %', 'kept.validation_error_percent'),
  best('best_validation_error_percent', 'validation error %'),
  last('validation_error_percent', 'validation error %'),
  metric('validation_loss', 'validation loss', 'kept.validation_loss'),
  best('best_validation_loss', 'validation loss'),
  last('validation_loss', 'validation loss'),
  tested('test_loss', 'test loss'),
  best('best_test_loss', 'test loss'),
  last('test_loss', 'test loss'),
  tested('test_top5_error_percent', 'test top-5 error %'),
  metric('train_error_percent', 'training error %', 'kept.train_error_percent'),
  metric('train_loss', 'training loss', 'kept.train_loss'),
  best('best_train_loss', 'training loss'),
  last('train_loss', 'training loss'),
  metric('best_epoch', 'best epoch', 'runs.best_epoch'),
  metric('seconds', 'seconds', 'coalesce(runs.seconds, course.seconds)'),
  metric('images_per_second', 'images/s', 'coalesce(runs.images_per_second, last.images_per_second)'),
  record('parameters', 'parameters', 'number'),
  record('classes', 'classes', 'number'),
  record('reason', 'reason', 'text'),
  record('note', 'note', 'text'),
  record(
    'tags',
    'tags',
    'text',
    "(SELECT group_concat(tag, ' ') FROM run_tags WHERE run_tags.run_id = runs.run_id)",
  ),
  record('started_at', 'started', 'time'),
  record('finished_at', 'ended', 'time'),
  record('workers', 'workers', 'number'),
  record('kernels', 'kernels', 'text', "runs.environment ->> '$.kernels'"),
  record('host', 'host', 'text', '(SELECT host FROM processes WHERE processes.process_id = runs.process_id)'),
  record('git_commit', 'commit', 'text', "substr(runs.environment ->> '$.gitCommit', 1, 10)"),
  record('numerics', 'numerics version', 'number'),
  record('dataset_sha256', 'data SHA-256', 'text', 'substr(runs.dataset_sha256, 1, 12)'),
];

const COURSE = Object.entries(BEST)
  .map(([name, sql]) => `${sql} AS ${name}`)
  .join(', ');

/** Rows of kept runs whose numbers stand in a JSON list, as lists: number, state, then the recorded columns in their order. */
export const SELECT_RECORDED = `
  WITH asked AS MATERIALIZED (SELECT value AS run_id FROM json_each(?)),
  course AS MATERIALIZED (
    SELECT run_id, max(epoch) AS completed_epochs, sum(seconds) AS seconds, ${COURSE}
    FROM epochs WHERE run_id IN (SELECT run_id FROM asked) GROUP BY run_id
  )
  SELECT runs.run_id, runs.state, ${RECORDED_COLUMNS.map(({ sql }) => sql).join(', ')}
  FROM asked
  JOIN runs ON runs.run_id = asked.run_id
  JOIN sweeps ON sweeps.sweep_id = runs.sweep_id
  LEFT JOIN course ON course.run_id = runs.run_id
  LEFT JOIN epochs AS last ON last.run_id = runs.run_id AND last.epoch = course.completed_epochs
  LEFT JOIN epochs AS kept ON kept.run_id = runs.run_id AND kept.epoch = coalesce(runs.best_epoch, course.completed_epochs)
  WHERE runs.removed_at IS NULL
  ORDER BY runs.run_id`;
