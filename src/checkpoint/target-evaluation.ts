import { measureRegression, type RegressionFit } from '../run/regression-results.js';
import type { Prediction } from './trained-model.js';

/** How near a regression's predictions come. */
export interface TargetEvaluation extends RegressionFit {
  readonly images: number;
  /** Half the squared distance to the targets, its mean over the images. */
  readonly loss: number;
  readonly targets: readonly (RegressionFit & { readonly name: string })[];
}

/**
 * Holds predictions against targets.
 *
 * @param targets n×d
 */
export function evaluateTargets(
  predictions: readonly Pick<Prediction, 'targets'>[],
  targets: Float32Array,
): TargetEvaluation {
  const images = predictions.length;
  const names = predictions[0]!.targets!.map(({ name }) => name);
  const outputs = Float32Array.from(
    predictions.flatMap((prediction) => prediction.targets!.map(({ value }) => value)),
  );
  const whole = measure(targets, outputs, images);
  const ofTargets = names.map((name, component) => {
    const takeColumn = (values: Float32Array) => values.filter((_, i) => i % names.length === component);
    return { name, ...measure(takeColumn(targets), takeColumn(outputs), images) };
  });
  return { images, loss: (whole.rmse ** 2 * names.length) / 2, ...whole, targets: ofTargets };
}

function measure(targets: Float32Array, outputs: Float32Array, images: number): RegressionFit {
  const samples = Int32Array.from({ length: images }, (_, i) => i);
  return measureRegression({ images: { targets }, samples }, outputs);
}
