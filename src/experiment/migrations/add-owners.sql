-- Who owns a run under way is known exactly: see process-mark.ts and owner-lock.ts. A process may have rows of its own for several
-- connections, and processes of two containers may agree in host, pid and beginning, so no two of these columns are a key. Rows of older
-- versions stay, with NULL for what they did not tell. (SQLite cannot drop a constraint, so the table is made anew.)
CREATE TEMP TABLE old_processes AS SELECT process_id, host, pid, start_marker, seen_at FROM processes;
DROP TABLE processes;
CREATE TABLE processes (
  process_id    INTEGER PRIMARY KEY,
  host          TEXT NOT NULL,
  -- A pid means something within one boot of one machine and one namespace of pids; empty where the system has no such thing.
  boot_id       TEXT,
  pid_namespace TEXT,
  pid           INTEGER NOT NULL,
  -- When the process began, as its system tells it: pids are used again.
  start_marker  TEXT NOT NULL,
  -- The file beside the database which the process holds locked as long as it lives.
  lock_name     TEXT UNIQUE,
  -- Raised as long as it lives; for those who cannot ask for the lock.
  heartbeat     INTEGER NOT NULL DEFAULT 0,
  -- When it was raised, by the process's clock, which nothing depends on.
  seen_at       TEXT NOT NULL
) STRICT;
INSERT INTO processes (process_id, host, pid, start_marker, seen_at) SELECT * FROM old_processes;
DROP TABLE old_processes;
