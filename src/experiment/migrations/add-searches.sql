-- A search gives runs up before their end, which are then `pruned`. (SQLite cannot change a constraint, so the table is made anew.)
CREATE TEMP TABLE old_runs AS SELECT * FROM runs;
CREATE TEMP TABLE old_sequence AS SELECT name, seq FROM sqlite_sequence WHERE name = 'runs';
DROP TABLE runs;
CREATE TABLE runs (
  run_id            INTEGER PRIMARY KEY AUTOINCREMENT,
  sweep_id          INTEGER NOT NULL REFERENCES sweeps,
  -- SHA-256 over the resolved spec and the data set's hash.
  identity          TEXT NOT NULL CHECK (length(identity) = 64),
  dataset_sha256    TEXT NOT NULL,
  spec              TEXT NOT NULL CHECK (json_valid(spec)),
  label             TEXT NOT NULL,
  seed              INTEGER NOT NULL,
  state             TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'diverged', 'interrupted', 'pruned')),
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
  best_epoch        INTEGER,
  augmented_test_loss REAL,
  augmented_test_error_percent REAL,
  augmented_test_top5_error_percent REAL,
  numerics          INTEGER NOT NULL DEFAULT 0,
  removed_at        TEXT,
  note              TEXT,
  classes           INTEGER,
  augmented_test_rmse REAL,
  augmented_test_r2 REAL,
  CHECK (state NOT IN ('done', 'diverged') OR (finished_at IS NOT NULL AND weights_sha256 IS NOT NULL))
) STRICT;
INSERT INTO runs SELECT * FROM old_runs;
DELETE FROM sqlite_sequence WHERE name = 'runs';
INSERT INTO sqlite_sequence (name, seq) SELECT name, seq FROM old_sequence;
DROP TABLE old_runs;
DROP TABLE old_sequence;
CREATE UNIQUE INDEX one_live_run_an_identity ON runs (identity, numerics)
  WHERE state IN ('queued', 'running', 'done', 'diverged') AND removed_at IS NULL;
CREATE INDEX runs_by_sweep ON runs (sweep_id);
CREATE INDEX runs_by_identity ON runs (identity);

-- A sweep whose points a search chooses, as it was last asked for: how, and what it has come to. All of it follows from `search` and from runs.
CREATE TABLE searches (
  sweep_id INTEGER PRIMARY KEY REFERENCES sweeps ON DELETE CASCADE,
  -- As its file has it.
  search   TEXT NOT NULL CHECK (json_valid(search))
) STRICT;

CREATE TABLE search_trials (
  sweep_id INTEGER NOT NULL REFERENCES searches ON DELETE CASCADE,
  trial    INTEGER NOT NULL CHECK (trial >= 1),
  -- `waiting` for others of its cohort.
  state    TEXT NOT NULL CHECK (state IN ('running', 'waiting', 'complete', 'pruned')),
  -- What was chosen, by the names of parameters.
  settings TEXT NOT NULL CHECK (json_valid(settings)),
  -- That its runs have taken.
  epochs   REAL NOT NULL,
  -- The first objective after those, a mean over its runs; NULL before there is one, and if it is not finite.
  value    REAL,
  -- All objectives, of a complete trial: a list, with null for what is not finite.
  objectives TEXT CHECK (json_valid(objectives)),
  PRIMARY KEY (sweep_id, trial)
) STRICT, WITHOUT ROWID;

CREATE TABLE trial_runs (
  sweep_id INTEGER NOT NULL,
  trial    INTEGER NOT NULL,
  -- Of the trial's seeds, from 1.
  place    INTEGER NOT NULL,
  identity TEXT NOT NULL,
  PRIMARY KEY (sweep_id, trial, place),
  FOREIGN KEY (sweep_id, trial) REFERENCES search_trials ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
