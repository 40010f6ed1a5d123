-- Runs under way that somebody who is not at them wants to have stopped: whoever is at one looks here.
CREATE TABLE stop_requests (
  run_id INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE
) STRICT;

-- A request is for this time alone: a run that is taken up later is not stopped by it.
CREATE TRIGGER stop_requests_end AFTER UPDATE OF state ON runs WHEN new.state <> 'running' BEGIN
  DELETE FROM stop_requests WHERE run_id = new.run_id;
END;
