/** What is measured after each epoch, by the names of the view `learning_curves`. */
export const CURVE_METRICS = [
  'train_loss',
  'train_error_percent',
  'validation_loss',
  'validation_error_percent',
  'test_loss',
  'test_error_percent',
  'test_top5_error_percent',
  'test_rmse',
  'test_r2',
  'learning_rate',
  'images_per_second',
] as const;

export type CurveMetric = (typeof CURVE_METRICS)[number];

/** One epoch of a run. */
export interface EpochPoint extends Readonly<Record<CurveMetric, number | null>> {
  readonly epoch: number;
  /** Training steps done at its end. */
  readonly steps: number;
  /** Of training, from the beginning to its end. */
  readonly seconds: number | null;
}
