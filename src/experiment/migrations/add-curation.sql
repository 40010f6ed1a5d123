-- Looking after the records. A run that its user removes stays in the tables until it is purged, so that it can be restored.
ALTER TABLE runs ADD COLUMN removed_at TEXT;
-- What its user says of it.
ALTER TABLE runs ADD COLUMN note TEXT;

CREATE TABLE run_tags (
  run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  tag    TEXT NOT NULL CHECK (tag <> ''),
  PRIMARY KEY (run_id, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX runs_by_tag ON run_tags (tag);

-- A removed run does not stand in the way of another one with its identity.
DROP INDEX one_live_run_an_identity;
CREATE UNIQUE INDEX one_live_run_an_identity ON runs (identity, numerics)
  WHERE state IN ('queued', 'running', 'done', 'diverged') AND removed_at IS NULL;
