import type { EvaluationSet } from '../parallel/protocol.js';

/** How near outputs come to their targets. */
export interface RegressionFit {
  /** √(sum of squared errors / (images · targets)), in the targets' units. */
  readonly rmse: number;
  /**
   * 1 − SSE/SST of each target, SST about its mean over these images; the mean over the targets, as scikit-learn's r2_score has it. Likewise of
   * a target that is the same for all: 1 if it is met exactly, else 0.
   */
  readonly r2: number;
}

/** Of some samples of a data set. */
interface Targets {
  readonly images: Pick<EvaluationSet['images'], 'targets'>;
  readonly samples: EvaluationSet['samples'];
}

/**
 * Measures a regression on the images of an evaluation, image by image in order.
 *
 * @param outputs samples × targets
 */
export function measureRegression({ images, samples }: Targets, outputs: Float32Array): RegressionFit {
  const count = samples.length;
  const components = outputs.length / count;
  let allErrors = 0;
  let r2Sum = 0;
  for (let c = 0; c < components; c++) {
    const targetOf = (i: number) => images.targets![samples[i]! * components + c]!;
    let sum = 0;
    for (let i = 0; i < count; i++) sum += targetOf(i);
    const mean = sum / count;
    let errors = 0;
    let spread = 0;
    for (let i = 0; i < count; i++) {
      errors += (targetOf(i) - outputs[i * components + c]!) ** 2;
      spread += (targetOf(i) - mean) ** 2;
    }
    allErrors += errors;
    r2Sum += spread > 0 ? 1 - errors / spread : Number(errors === 0);
  }
  return { rmse: Math.sqrt(allErrors / outputs.length), r2: r2Sum / components };
}
