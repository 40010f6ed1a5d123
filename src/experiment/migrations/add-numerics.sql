-- The numerics version of the program that made a run (src/run/numerics.ts); 0 where it is not known, since it was recorded before versions
-- were counted.
ALTER TABLE runs ADD COLUMN numerics INTEGER NOT NULL DEFAULT 0;

-- A run is a pure function of its identity and the numerics version: there is no second one of both while the first is under way or has
-- ended of itself.
DROP INDEX one_live_run_an_identity;
CREATE UNIQUE INDEX one_live_run_an_identity ON runs (identity, numerics)
  WHERE state IN ('queued', 'running', 'done', 'diverged');
CREATE INDEX runs_by_identity ON runs (identity);
