-- What each run predicts for each test image. Runs that were recorded before have no row here.

-- Of the whole test half of a data set, so that predictions can be judged without the data at hand: one byte an image.
CREATE TABLE test_labels (
  dataset_sha256 TEXT PRIMARY KEY,
  labels         BLOB NOT NULL
) STRICT;

-- Of the test images that the run's spec asks for, in order, after the epoch that `confusion` tells of: the class index,
-- one byte an image.
CREATE TABLE predictions (
  run_id    INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
  predicted BLOB NOT NULL
) STRICT;

-- One row a run and test image. `example` is its number in the data set, from 1; `label` is NULL where it is not known.
-- Bytes are read by their hexadecimal digits, since SQLite has no function for it; the digit 0 is where instr() finds none.
-- No two rows are equal anyway: DISTINCT has SQLite build the view once for each side of a join, and join it by an index,
-- where it would otherwise hold every image against every other.
CREATE VIEW test_predictions AS
WITH RECURSIVE
  places (place) AS (
    SELECT 1 WHERE EXISTS (SELECT 1 FROM predictions)
    UNION ALL
    SELECT place + 1 FROM places WHERE place < (SELECT max(length(predicted)) FROM predictions)
  ),
  bytes AS (
    SELECT run_id, (spec ->> '$.testFirst') + place - 1 AS example, hex(substr(predicted, place, 1)) AS predicted,
      hex(substr(labels, (spec ->> '$.testFirst') + place - 1, 1)) AS label
    FROM predictions
    JOIN runs USING (run_id)
    LEFT JOIN test_labels USING (dataset_sha256)
    JOIN places ON place <= length(predicted)
  )
SELECT DISTINCT run_id, example,
  CASE WHEN label <> '' THEN
    16 * instr('123456789ABCDEF', substr(label, 1, 1)) + instr('123456789ABCDEF', substr(label, 2, 1))
  END AS label,
  16 * instr('123456789ABCDEF', substr(predicted, 1, 1)) + instr('123456789ABCDEF', substr(predicted, 2, 1)) AS predicted
FROM bytes;
