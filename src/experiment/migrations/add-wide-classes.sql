-- How many bytes each class has in a blob of them: 1, or 2 (little-endian) for data sets of more than 256 classes.
ALTER TABLE test_labels ADD COLUMN bytes_each INTEGER NOT NULL DEFAULT 1 CHECK (bytes_each IN (1, 2));
ALTER TABLE predictions ADD COLUMN bytes_each INTEGER NOT NULL DEFAULT 1 CHECK (bytes_each IN (1, 2));
-- Of the data set; NULL for runs that have not ended, or had by then.
ALTER TABLE runs ADD COLUMN classes INTEGER;
