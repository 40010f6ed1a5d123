-- The file that a sweep without a name of its own was read from: another file of the same name is another sweep. NULL for any other sweep.
ALTER TABLE sweeps ADD COLUMN source TEXT;
