-- A run whose spec asks for test-time augmentation is tested once more at its end, with the outputs for several views of each image
-- averaged. `confusion` and `predictions` are then of that test. NULL for any other run; epochs' metrics are always of the images as they are.
ALTER TABLE runs ADD COLUMN augmented_test_loss REAL;
ALTER TABLE runs ADD COLUMN augmented_test_error_percent REAL;
ALTER TABLE runs ADD COLUMN augmented_test_top5_error_percent REAL;

-- As before, but the test error of a run is that of the test that its spec asks for; `plain_test_error_percent` is without test-time
-- augmentation, as `best_test_error_percent` is.
DROP VIEW all_runs;
CREATE VIEW all_runs AS
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
  kept.test_error_percent AS plain_test_error_percent
FROM runs
JOIN sweeps USING (sweep_id)
LEFT JOIN epochs AS kept
  ON kept.run_id = runs.run_id
  AND kept.epoch = coalesce(best_epoch, (SELECT max(epoch) FROM epochs WHERE epochs.run_id = runs.run_id));

DROP VIEW results;
CREATE VIEW results AS
SELECT run_id, sweep, dataset, model, width, activation, dropout, seed, train_first, train_count, batch_size, learning_rate,
  epochs, parameters, test_error_percent, best_test_error_percent, train_loss, seconds, images_per_second, weights_sha256,
  label, train_error_percent, test_loss, test_top5_error_percent, momentum, weight_decay, kernels, workers, started_at,
  finished_at, identity, completed_epochs, reason, best_epoch, validation_loss, validation_error_percent,
  plain_test_error_percent
FROM all_runs
WHERE state = 'done';
