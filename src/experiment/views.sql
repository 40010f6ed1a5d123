-- All views, as this program's schema version has them: they are made again whenever a database is brought up to it. A view that changes
-- needs a migration, if only an empty one, since a database that has the version already keeps the views that it has.

-- `runs` without those that have been removed: whoever reads runs reads these.
DROP VIEW IF EXISTS kept_runs;
CREATE VIEW kept_runs AS SELECT * FROM runs WHERE removed_at IS NULL;

-- One row a run in any state, also a removed one. `sweep` is the one under which it ran; `learning_rate` is a schedule's nominal or first
-- rate. Metrics are those of the weights that were kept, the best epoch's or the last one's; the test error is that of the test that the spec
-- asks for, and `plain_test_error_percent` is without test-time augmentation, as `best_test_error_percent` is. `tags` are parted by spaces. A
-- regression has `test_rmse` and `test_r2` in place of errors in percent, NULL for runs on classes. `schedule` is the whole of the learning rate,
-- as JSON.
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
  classes,
  coalesce(augmented_test_rmse, kept.test_rmse) AS test_rmse,
  (SELECT min(test_rmse) FROM epochs WHERE epochs.run_id = runs.run_id) AS best_test_rmse,
  coalesce(augmented_test_r2, kept.test_r2) AS test_r2,
  spec ->> '$.learningRate' AS schedule,
  coalesce(spec ->> '$.optimizer.kind', spec ->> '$.optimizer', 'sgd') AS optimizer,
  coalesce(spec ->> '$.validationCount', 0) AS validation_count
FROM runs
JOIN sweeps USING (sweep_id)
LEFT JOIN epochs AS kept
  ON kept.run_id = runs.run_id
  AND kept.epoch = coalesce(best_epoch, (SELECT max(epoch) FROM epochs WHERE epochs.run_id = runs.run_id));

-- One row a run in any state, but for the removed ones.
DROP VIEW IF EXISTS all_runs;
CREATE VIEW all_runs AS
SELECT every_run.*, runs.spec FROM every_run JOIN runs USING (run_id) WHERE every_run.removed_at IS NULL;

-- One row a finished run. What was run again under a newer numerics version is here once, as the newer run.
DROP VIEW IF EXISTS results;
CREATE VIEW results AS
SELECT run_id, sweep, dataset, model, width, activation, dropout, seed, train_first, train_count, batch_size, learning_rate,
  epochs, parameters, test_error_percent, best_test_error_percent, train_loss, seconds, images_per_second, weights_sha256,
  label, train_error_percent, test_loss, test_top5_error_percent, momentum, weight_decay, kernels, workers, started_at,
  finished_at, identity, completed_epochs, reason, best_epoch, validation_loss, validation_error_percent,
  plain_test_error_percent, numerics, note, tags, git_commit, test_rmse, best_test_rmse, test_r2,
  schedule, optimizer, validation_count, spec
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
  best_test_error_percent, train_loss, seconds, images_per_second, weights_sha256, label, identity, numerics,
  test_rmse, best_test_rmse, test_r2, validation_loss, validation_error_percent, momentum, weight_decay, schedule, optimizer,
  validation_count, git_commit, spec
FROM sweep_points
JOIN sweeps USING (sweep_id)
JOIN results USING (identity);

-- One row a run of `results` and setting in which its sweep's runs differ: `learningRate.rate`, `dataset_sha256`; but for the seed. A run for which a
-- setting does not exist, or had its default before the program knew it, has no such row. A network is told by its label, as long as no other
-- one of the sweep has the same: else by the fields of its layers.
DROP VIEW IF EXISTS settings;
CREATE VIEW settings AS
WITH
  finished AS MATERIALIZED (
    SELECT results.sweep, results.run_id, results.label, recorded.spec -> '$.network' AS network,
      json_set(json_remove(recorded.spec, '$.seed', '$.network'), '$.dataset_sha256', recorded.dataset_sha256) AS fields
    FROM results JOIN runs AS recorded ON recorded.run_id = results.run_id
  ),
  counts AS (SELECT sweep, count(*) AS runs FROM finished GROUP BY sweep),
  untold AS (SELECT sweep FROM finished GROUP BY sweep, label HAVING count(DISTINCT network) > 1),
  written AS (
    SELECT sweep, run_id, fields FROM finished
    UNION ALL
    SELECT sweep, run_id, json_object('network', json(network)) FROM finished WHERE sweep IN (SELECT sweep FROM untold)
  ),
  leaves AS MATERIALIZED (
    SELECT sweep, run_id, substr(fullkey, 3) AS field,
      CASE type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' WHEN 'null' THEN 'null' ELSE atom END AS value
    FROM written, json_tree(written.fields)
    WHERE type NOT IN ('object', 'array')
  ),
  varying AS (
    SELECT sweep, field FROM leaves JOIN counts USING (sweep)
    GROUP BY sweep, field HAVING count(DISTINCT value) > 1 OR count(*) < runs
  )
SELECT leaves.sweep, run_id, leaves.field, value
FROM leaves JOIN varying ON varying.sweep = leaves.sweep AND varying.field = leaves.field;

-- One row a run of `results`: the group that it is in, which is called by the least number of its runs. Runs of a group have equal data and specs
-- that differ in nothing but the seed.
DROP VIEW IF EXISTS seed_groups;
CREATE VIEW seed_groups AS
SELECT results.sweep, min(results.run_id) OVER (
    PARTITION BY results.sweep, recorded.dataset_sha256, json_remove(recorded.spec, '$.seed')
  ) AS group_id, results.run_id, results.seed
FROM results JOIN runs AS recorded ON recorded.run_id = results.run_id;

-- `results` grouped over seeds. `settings` is what the groups of a sweep differ in, `spec` all but the seed. The deviation is the sample's, NULL for a single run. It is taken in two passes, as the one-pass formula loses all
-- digits where the spread is small beside the mean. Not every SQLite has sqrt(), so Newton's iteration stands in:
-- from above it falls until it is exact to the last digit or so, then stops falling.
DROP VIEW IF EXISTS error_by_group;
CREATE VIEW error_by_group AS
WITH RECURSIVE
  measured AS (
    SELECT results.*, group_id FROM results JOIN seed_groups ON seed_groups.run_id = results.run_id
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
  ),
  told AS MATERIALIZED (
    SELECT run_id, group_concat(field || '=' || value, ', ') AS settings
    FROM (SELECT * FROM settings ORDER BY run_id, field)
    GROUP BY run_id
  )
SELECT
  sweep, model, width, activation, dropout, train_first, train_count, epochs,
  count(*) AS n,
  mean AS mean_error_percent,
  CASE WHEN variance IS NULL THEN NULL ELSE coalesce(deviation, 0.0) END AS sd_error_percent,
  min(test_error_percent) AS min_error_percent,
  max(test_error_percent) AS max_error_percent,
  dataset, batch_size, learning_rate, label,
  avg(test_rmse) AS mean_rmse,
  avg(test_r2) AS mean_r2,
  coalesce(told.settings, '') AS settings,
  avg(validation_error_percent) AS mean_validation_error_percent,
  min(validation_error_percent) AS min_validation_error_percent,
  max(validation_error_percent) AS max_validation_error_percent,
  avg(validation_loss) AS mean_validation_loss,
  momentum, weight_decay, optimizer, schedule, validation_count,
  group_concat(DISTINCT git_commit) AS git_commits,
  group_id,
  json_remove(spec, '$.seed') AS spec
FROM measured
JOIN spreads USING (group_id)
LEFT JOIN deviations USING (group_id)
LEFT JOIN told ON told.run_id = group_id
GROUP BY group_id;

-- One row an epoch of any run.
DROP VIEW IF EXISTS learning_curves;
CREATE VIEW learning_curves AS
SELECT run_id, epoch, train_loss, train_error_percent, test_loss, test_error_percent, learning_rate, seconds,
  images_per_second, test_top5_error_percent, validation_loss, validation_error_percent, test_rmse, test_r2
FROM epochs
WHERE run_id IN (SELECT run_id FROM kept_runs);

-- One row a run and class that has test images: `label` is the class's index. Of runs on more than 1,024 classes, `test_predictions` tells it.
DROP VIEW IF EXISTS class_errors;
CREATE VIEW class_errors AS
SELECT run_id, label, sum(images) AS images, sum(iif(label = predicted, 0, images)) AS errors,
  100.0 * sum(iif(label = predicted, 0, images)) / sum(images) AS error_percent
FROM confusion
WHERE run_id IN (SELECT run_id FROM kept_runs)
GROUP BY run_id, label;

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

-- One row a group of at least two runs and test image: the class that most of them name; of equally many, the one that the least seed names.
DROP VIEW IF EXISTS vote_predictions;
CREATE VIEW vote_predictions AS
WITH
  ballots AS (
    SELECT group_id, example, label, predicted, count(*) AS votes, min(seed) AS first_seed, min(run_id) AS first_run
    FROM seed_groups JOIN test_predictions USING (run_id)
    WHERE group_id IN (SELECT group_id FROM seed_groups GROUP BY group_id HAVING count(*) > 1)
    GROUP BY group_id, example, predicted
  ),
  ranked AS (
    SELECT *, row_number() OVER (PARTITION BY group_id, example ORDER BY votes DESC, first_seed, first_run) AS place FROM ballots
  )
SELECT group_id, example, label, predicted, votes FROM ranked WHERE place = 1;

-- One row such a group: what its runs get wrong together, as a vote, beside what they do alone.
DROP VIEW IF EXISTS votes;
CREATE VIEW votes AS
WITH
  together AS (
    SELECT group_id, count(*) AS images, 100.0 * sum(predicted <> label) / count(*) AS error
    FROM vote_predictions WHERE label IS NOT NULL GROUP BY group_id
  )
SELECT sweep, label, settings, n, images, error AS vote_error_percent, mean_error_percent, min_error_percent, max_error_percent, group_id
FROM together JOIN error_by_group USING (group_id);

-- One row a trial of a search. `settings` is what was chosen, as JSON; `value` the first objective after `epochs` epochs, a mean over the trial's runs;
-- `objectives` all of a complete one, as a list. `run_id` is the run of its first seed; NULL before there is one.
DROP VIEW IF EXISTS trials;
CREATE VIEW trials AS
SELECT sweeps.name AS sweep, trial, search_trials.state, settings, search_trials.epochs, value, objectives,
  (SELECT count(*) FROM trial_runs WHERE trial_runs.sweep_id = search_trials.sweep_id AND trial_runs.trial = search_trials.trial) AS runs,
  (
    SELECT run_id FROM trial_runs JOIN kept_runs USING (identity)
    WHERE trial_runs.sweep_id = search_trials.sweep_id AND trial_runs.trial = search_trials.trial AND place = 1
    ORDER BY kept_runs.state IN ('done', 'diverged') DESC, numerics DESC, run_id DESC LIMIT 1
  ) AS run_id
FROM search_trials JOIN sweeps USING (sweep_id);

-- Of each search the complete trials that no other one is better than: at least as good in all objectives, and better in one. With one objective these
-- are the best trial and its equals. R² is better the greater, all else the smaller.
DROP VIEW IF EXISTS best_trials;
CREATE VIEW best_trials AS
WITH
  scores AS MATERIALIZED (
    SELECT sweep_id, trial, figures.key AS objective,
      CASE WHEN coalesce(search ->> ('$.objective[' || figures.key || ']'), search ->> '$.objective') = 'test_r2'
        THEN -figures.value ELSE figures.value END AS score
    FROM search_trials JOIN searches USING (sweep_id), json_each(search_trials.objectives) AS figures
    WHERE search_trials.state = 'complete' AND NOT EXISTS (SELECT 1 FROM json_each(search_trials.objectives) AS each WHERE each.value IS NULL)
  ),
  -- Most trials are worse than the one of the best places, so that few are left to be compared in pairs.
  places AS (
    SELECT sweep_id, trial, rank() OVER (PARTITION BY sweep_id, objective ORDER BY score) AS place FROM scores
  ),
  ordered AS (
    SELECT sweep_id, trial, row_number() OVER (PARTITION BY sweep_id ORDER BY sum(place), trial) AS number FROM places GROUP BY sweep_id, trial
  ),
  leaders AS MATERIALIZED (
    SELECT sweep_id, objective, score FROM ordered JOIN scores USING (sweep_id, trial) WHERE number = 1
  ),
  candidates AS MATERIALIZED (
    SELECT one.sweep_id, one.trial FROM scores AS one JOIN leaders USING (sweep_id, objective) GROUP BY one.sweep_id, one.trial
    HAVING min(one.score - leaders.score) < 0 OR max(one.score - leaders.score) = 0
  ),
  rivals AS MATERIALIZED (
    SELECT sweep_id, trial, objective, score FROM candidates JOIN scores USING (sweep_id, trial)
  ),
  worse AS MATERIALIZED (
    SELECT one.sweep_id, one.trial FROM rivals AS one JOIN rivals AS other USING (sweep_id, objective)
    GROUP BY one.sweep_id, one.trial, other.trial
    HAVING max(other.score > one.score) = 0 AND max(other.score < one.score) = 1
  )
SELECT trials.sweep, trials.trial, settings, epochs, value, objectives, runs, run_id
FROM candidates JOIN sweeps USING (sweep_id) JOIN trials ON trials.sweep = sweeps.name AND trials.trial = candidates.trial
WHERE NOT EXISTS (SELECT 1 FROM worse WHERE worse.sweep_id = candidates.sweep_id AND worse.trial = candidates.trial);
