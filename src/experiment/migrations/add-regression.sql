-- What each epoch brings in a regression, whose targets are numbers and which has no errors in percent: the root of the mean squared error, in
-- the targets' units, and the targets' mean R². NULL for runs on classes.
ALTER TABLE epochs ADD COLUMN test_rmse REAL;
ALTER TABLE epochs ADD COLUMN test_r2 REAL;

-- Likewise with test-time augmentation, at the end.
ALTER TABLE runs ADD COLUMN augmented_test_rmse REAL;
ALTER TABLE runs ADD COLUMN augmented_test_r2 REAL;
