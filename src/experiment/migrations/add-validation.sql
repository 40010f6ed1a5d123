-- What each epoch brings on the images that a run keeps for validation; NULL without such.
ALTER TABLE epochs ADD COLUMN validation_loss REAL;
ALTER TABLE epochs ADD COLUMN validation_error_percent REAL;

DROP VIEW learning_curves;
CREATE VIEW learning_curves AS
SELECT run_id, epoch, train_loss, train_error_percent, test_loss, test_error_percent, learning_rate, seconds,
  images_per_second, test_top5_error_percent, validation_loss, validation_error_percent
FROM epochs;
