-- All views, as this program's schema version has them: they are made again whenever a database is brought up to it. A view that changes
-- needs a migration, if only an empty one, since a database that has the version already keeps the views that it has.

-- `runs` without those that have been removed: whoever reads runs reads these.
DROP VIEW IF EXISTS kept_runs;
CREATE VIEW kept_runs AS SELECT * FROM runs WHERE removed_at IS NULL;

-- One row a run in any state, also a removed one. `sweep` is the one under which it ran; `learning_rate` is a schedule's nominal or first
-- rate. Metrics are those of the weights that were kept, the best epoch's or the last one's; the test error is that of the test that the spec
-- asks for, and `plain_test_error_percent` is without test-time augmentation, as `best_test_error_percent` is. `tags` are parted by spaces.
DROP VIEW IF EXISTS every_run;
CREATE VIEW every_run AS
SELECT
  runs.run_id,
  sweeps.name AS sweep,
  state,
  reason,
  spec ->> '$.dataset' AS dataset,
  spec ->> '$.model' AS model,
  CAST(spec ->> '$.width' AS REAL) AS width,
  spec ->> '$.activation' AS activation,
  CAST(spec ->> '$.dropout' AS REAL) AS dropout,
  seed,
  spec ->> '$.trainFirst' AS train_first,
  spec ->> '$.trainCount' AS train_count,
  spec ->> '$.batchSize' AS batch_size,
  CAST(coalesce(spec ->> '$.learningRate.rate', spec ->> '$.learningRate.rates[0]') AS REAL) AS learning_rate,
  spec ->> '$.epochs' AS epochs,
  parameters,
  coalesce(augmented_test_error_percent, kept.test_error_percent) AS test_error_percent,
  (SELECT min(test_error_percent) FROM epochs WHERE epochs.run_id = runs.run_id) AS best_test_error_percent,
  kept.train_loss,
  runs.seconds,
  runs.images_per_second,
  weights_sha256,
  label,
  coalesce((SELECT max(epoch) FROM epochs WHERE epochs.run_id = runs.run_id), 0) AS completed_epochs,
  kept.train_error_percent,
  coalesce(augmented_test_loss, kept.test_loss) AS test_loss,
  coalesce(augmented_test_top5_error_percent, kept.test_top5_error_percent) AS test_top5_error_percent,
  CAST(spec ->> '$.momentum' AS REAL) AS momentum,
  CAST(spec ->> '$.weightDecay' AS REAL) AS weight_decay,
  environment ->> '$.kernels' AS kernels,
  workers,
  started_at,
  finished_at,
  identity,
  best_epoch,
  kept.validation_loss,
  kept.validation_error_percent,
  kept.test_error_percent AS plain_test_error_percent,
  numerics,
  note,
  (SELECT group_concat(tag, ' ') FROM run_tags WHERE run_tags.run_id = runs.run_id) AS tags,
  environment ->> '$.gitCommit' AS git_commit,
  removed_at,
  classes
FROM runs
JOIN sweeps USING (sweep_id)
LEFT JOIN epochs AS kept
  ON kept.run_id = runs.run_id
  AND kept.epoch = coalesce(best_epoch, (SELECT max(epoch) FROM epochs WHERE epochs.run_id = runs.run_id));

-- One row a run in any state, but for the removed ones.
DROP VIEW IF EXISTS all_runs;
CREATE VIEW all_runs AS SELECT * FROM every_run WHERE removed_at IS NULL;

-- One row a finished run. What was run again under a newer numerics version is here once, as the newer run.
DROP VIEW IF EXISTS results;
CREATE VIEW results AS
SELECT run_id, sweep, dataset, model, width, activation, dropout, seed, train_first, train_count, batch_size, learning_rate,
  epochs, parameters, test_error_percent, best_test_error_percent, train_loss, seconds, images_per_second, weights_sha256,
  label, train_error_percent, test_loss, test_top5_error_percent, momentum, weight_decay, kernels, workers, started_at,
  finished_at, identity, completed_epochs, reason, best_epoch, validation_loss, validation_error_percent,
  plain_test_error_percent, numerics, note, tags, git_commit
FROM all_runs
WHERE state = 'done' AND NOT EXISTS (
  SELECT 1 FROM kept_runs AS newer
  WHERE newer.identity = all_runs.identity AND newer.numerics > all_runs.numerics AND newer.state IN ('done', 'diverged')
);

-- One row a sweep and finished run that is one of its points, also where another sweep recorded the run.
DROP VIEW IF EXISTS sweep_results;
CREATE VIEW sweep_results AS
SELECT sweeps.name AS sweep, position, results.sweep AS recorded_by, run_id, dataset, model, width, activation, dropout,
  seed, train_first, train_count, batch_size, learning_rate, epochs, parameters, test_error_percent,
  best_test_error_percent, train_loss, seconds, images_per_second, weights_sha256, label, identity, numerics
FROM sweep_points
JOIN sweeps USING (sweep_id)
JOIN results USING (identity);

-- `results` grouped over seeds: runs of a group have equal data and specs that differ in nothing but the seed.
-- The deviation is the sample's, NULL for a single run. It is taken in two passes, as the one-pass formula loses all
-- digits where the spread is small beside the mean. Not every SQLite has sqrt(), so Newton's iteration stands in:
-- from above it falls until it is exact to the last digit or so, then stops falling.
DROP VIEW IF EXISTS error_by_group;
CREATE VIEW error_by_group AS
WITH RECURSIVE
  measured AS (
    SELECT results.*, min(results.run_id) OVER (
        PARTITION BY results.sweep, recorded.dataset_sha256, json_remove(recorded.spec, '$.seed')
      ) AS group_id
    FROM results JOIN runs AS recorded ON recorded.run_id = results.run_id
  ),
  means AS (
    SELECT group_id, avg(test_error_percent) AS mean FROM measured GROUP BY group_id
  ),
  spreads AS (
    SELECT group_id, mean,
      sum((test_error_percent - mean) * (test_error_percent - mean)) / (count(test_error_percent) - 1) AS variance
    FROM measured JOIN means USING (group_id)
    GROUP BY group_id
  ),
  newton (group_id, variance, root) AS (
    SELECT group_id, variance, max(variance, 1.0) FROM spreads WHERE variance > 0
    UNION ALL
    SELECT group_id, variance, (root + variance / root) / 2 FROM newton WHERE (root + variance / root) / 2 < root
  ),
  deviations AS (
    SELECT group_id, min(root) AS deviation FROM newton GROUP BY group_id
  )
SELECT
  sweep, model, width, activation, dropout, train_first, train_count, epochs,
  count(*) AS n,
  mean AS mean_error_percent,
  CASE WHEN variance IS NULL THEN NULL ELSE coalesce(deviation, 0.0) END AS sd_error_percent,
  min(test_error_percent) AS min_error_percent,
  max(test_error_percent) AS max_error_percent,
  dataset, batch_size, learning_rate, label
FROM measured
JOIN spreads USING (group_id)
LEFT JOIN deviations USING (group_id)
GROUP BY group_id;

-- One row an epoch of any run.
DROP VIEW IF EXISTS learning_curves;
CREATE VIEW learning_curves AS
SELECT run_id, epoch, train_loss, train_error_percent, test_loss, test_error_percent, learning_rate, seconds,
  images_per_second, test_top5_error_percent, validation_loss, validation_error_percent
FROM epochs
WHERE run_id IN (SELECT run_id FROM kept_runs);

-- One row a run and test image. `example` is its number in the data set, from 1; `label` is NULL where it is not known.
-- Bytes are read by their hexadecimal digits, since SQLite has no function for it; the digit 0 is where instr() finds none. A class has four
-- digits here, the first two 00 where it is one byte.
-- No two rows are equal anyway: DISTINCT has SQLite build the view once for each side of a join, and join it by an index,
-- where it would otherwise hold every image against every other.
DROP VIEW IF EXISTS test_predictions;
CREATE VIEW test_predictions AS
WITH RECURSIVE
  places (place) AS (
    SELECT 0 WHERE EXISTS (SELECT 1 FROM predictions)
    UNION ALL
    SELECT place + 1 FROM places WHERE place + 1 < (SELECT max(length(predicted) / bytes_each) FROM predictions)
  ),
  classes AS (
    SELECT run_id, (spec ->> '$.testFirst') + place AS example, predicted, place * predictions.bytes_each AS predicted_before,
      predictions.bytes_each AS predicted_bytes, labels, ((spec ->> '$.testFirst') - 1 + place) * test_labels.bytes_each AS labels_before,
      test_labels.bytes_each AS label_bytes
    FROM predictions
    JOIN kept_runs USING (run_id)
    LEFT JOIN test_labels USING (dataset_sha256)
    JOIN places ON place < length(predicted) / predictions.bytes_each
  ),
  digits AS (
    SELECT run_id, example,
      iif(predicted_bytes = 2, hex(substr(predicted, predicted_before + 2, 1)), '00') || hex(substr(predicted, predicted_before + 1, 1))
        AS predicted,
      iif(label_bytes = 2, hex(substr(labels, labels_before + 2, 1)), '00') || hex(substr(labels, labels_before + 1, 1)) AS label
    FROM classes
  )
SELECT DISTINCT run_id, example,
  CASE WHEN length(label) = 4 THEN
    4096 * instr('123456789ABCDEF', substr(label, 1, 1)) + 256 * instr('123456789ABCDEF', substr(label, 2, 1))
      + 16 * instr('123456789ABCDEF', substr(label, 3, 1)) + instr('123456789ABCDEF', substr(label, 4, 1))
  END AS label,
  4096 * instr('123456789ABCDEF', substr(predicted, 1, 1)) + 256 * instr('123456789ABCDEF', substr(predicted, 2, 1))
    + 16 * instr('123456789ABCDEF', substr(predicted, 3, 1)) + instr('123456789ABCDEF', substr(predicted, 4, 1)) AS predicted
FROM digits;
