-- The store, schema version 1. The version is kept in PRAGMA user_version; see schema.ts for how one follows another.
-- Times are ISO 8601 in UTC. Losses are means over images, errors percentages. NaN is stored as NULL; infinities stay.

-- Whoever runs sweeps on this database. A run that its process left behind is known by the process being gone.
CREATE TABLE processes (
  process_id   INTEGER PRIMARY KEY,
  host         TEXT NOT NULL,
  pid          INTEGER NOT NULL,
  -- When the process began, as its system tells it: pids are used again.
  start_marker TEXT NOT NULL,
  seen_at      TEXT NOT NULL,
  UNIQUE (host, pid, start_marker)
) STRICT;

CREATE TABLE sweeps (
  sweep_id   INTEGER PRIMARY KEY,
  name       TEXT NOT NULL UNIQUE,
  title      TEXT,
  created_at TEXT NOT NULL
) STRICT;

-- What a sweep consists of, as it was last asked for. A point may have been recorded by another sweep.
CREATE TABLE sweep_points (
  sweep_id INTEGER NOT NULL REFERENCES sweeps ON DELETE CASCADE,
  position INTEGER NOT NULL CHECK (position >= 1),
  identity TEXT NOT NULL,
  PRIMARY KEY (sweep_id, position),
  UNIQUE (sweep_id, identity)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  run_id            INTEGER PRIMARY KEY AUTOINCREMENT,
  sweep_id          INTEGER NOT NULL REFERENCES sweeps,
  -- SHA-256 over the resolved spec and the data set's hash.
  identity          TEXT NOT NULL CHECK (length(identity) = 64),
  dataset_sha256    TEXT NOT NULL,
  spec              TEXT NOT NULL CHECK (json_valid(spec)),
  label             TEXT NOT NULL,
  seed              INTEGER NOT NULL,
  state             TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'diverged', 'interrupted')),
  -- Why it did not end as done.
  reason            TEXT,
  process_id        INTEGER NOT NULL REFERENCES processes,
  environment       TEXT NOT NULL CHECK (json_valid(environment)),
  -- Threads of the run. Its results do not depend on them.
  workers           INTEGER,
  queued_at         TEXT NOT NULL,
  started_at        TEXT,
  finished_at       TEXT,
  parameters        INTEGER,
  weights_sha256    TEXT,
  seconds           REAL,
  images_per_second REAL,
  CHECK (state NOT IN ('done', 'diverged') OR (finished_at IS NOT NULL AND weights_sha256 IS NOT NULL))
) STRICT;

-- A run is a pure function of its identity, so there is no second one while the first is under way or has ended of itself.
CREATE UNIQUE INDEX one_live_run_an_identity ON runs (identity) WHERE state IN ('queued', 'running', 'done', 'diverged');
CREATE INDEX runs_by_sweep ON runs (sweep_id);

CREATE TABLE epochs (
  run_id                   INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  epoch                    INTEGER NOT NULL CHECK (epoch >= 1),
  train_loss               REAL,
  train_error_percent      REAL,
  test_loss                REAL,
  test_error_percent       REAL,
  test_top5_error_percent  REAL,
  learning_rate            REAL,
  seconds                  REAL,
  images_per_second        REAL,
  PRIMARY KEY (run_id, epoch)
) STRICT, WITHOUT ROWID;

-- Of the test set, after the last completed epoch. `label` and `predicted` are class indices.
CREATE TABLE confusion (
  run_id    INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  label     INTEGER NOT NULL,
  predicted INTEGER NOT NULL,
  images    INTEGER NOT NULL,
  PRIMARY KEY (run_id, label, predicted)
) STRICT, WITHOUT ROWID;

-- One row a run in any state. `sweep` is the one under which it ran; `learning_rate` is a schedule's nominal or first rate;
-- metrics are those after the last completed epoch.
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
  last.test_error_percent,
  (SELECT min(test_error_percent) FROM epochs WHERE epochs.run_id = runs.run_id) AS best_test_error_percent,
  last.train_loss,
  runs.seconds,
  runs.images_per_second,
  weights_sha256,
  label,
  coalesce(last.epoch, 0) AS completed_epochs,
  last.train_error_percent,
  last.test_loss,
  last.test_top5_error_percent,
  CAST(spec ->> '$.momentum' AS REAL) AS momentum,
  CAST(spec ->> '$.weightDecay' AS REAL) AS weight_decay,
  environment ->> '$.kernels' AS kernels,
  workers,
  started_at,
  finished_at,
  identity
FROM runs
JOIN sweeps USING (sweep_id)
LEFT JOIN epochs AS last
  ON last.run_id = runs.run_id
  AND last.epoch = (SELECT max(epoch) FROM epochs WHERE epochs.run_id = runs.run_id);

-- One row a finished run.
CREATE VIEW results AS
SELECT run_id, sweep, dataset, model, width, activation, dropout, seed, train_first, train_count, batch_size, learning_rate,
  epochs, parameters, test_error_percent, best_test_error_percent, train_loss, seconds, images_per_second, weights_sha256,
  label, train_error_percent, test_loss, test_top5_error_percent, momentum, weight_decay, kernels, workers, started_at,
  finished_at, identity
FROM all_runs
WHERE state = 'done';

-- One row a sweep and finished run that is one of its points, also where another sweep recorded the run.
CREATE VIEW sweep_results AS
SELECT sweeps.name AS sweep, position, results.sweep AS recorded_by, run_id, dataset, model, width, activation, dropout,
  seed, train_first, train_count, batch_size, learning_rate, epochs, parameters, test_error_percent,
  best_test_error_percent, train_loss, seconds, images_per_second, weights_sha256, label, identity
FROM sweep_points
JOIN sweeps USING (sweep_id)
JOIN results USING (identity);

-- `results` grouped over seeds: runs of a group have equal data and specs that differ in nothing but the seed.
-- The deviation is the sample's, NULL for a single run. It is taken in two passes, as the one-pass formula loses all
-- digits where the spread is small beside the mean. Not every SQLite has sqrt(), so Newton's iteration stands in:
-- from above it falls until it is exact to the last digit or so, then stops falling.
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

CREATE VIEW learning_curves AS
SELECT run_id, epoch, train_loss, train_error_percent, test_loss, test_error_percent, learning_rate, seconds,
  images_per_second, test_top5_error_percent
FROM epochs;
