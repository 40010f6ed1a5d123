import { z } from 'zod';
import type { ParameterPlan } from '../parameter.js';

const factor = z.number().nonnegative();
const epochs = z.int().min(1).optional();

/** What a spec may say of the scale and the shift behind a normalisation. */
export const affineFields = {
  /** Whether there is a scale, and a shift; without one it is as if it stayed 1, or 0. */
  scale: z.boolean().optional(),
  shift: z.boolean().optional(),
  /** Factors on the run's learning rate and weight decay, of both and of each by itself. */
  learningRate: factor.default(1),
  weightDecay: factor.default(1),
  scaleLearningRate: factor.optional(),
  scaleWeightDecay: factor.optional(),
  shiftLearningRate: factor.optional(),
  shiftWeightDecay: factor.optional(),
  /** Epochs for which each is trained; then it stays as it is. */
  scaleEpochs: epochs,
  shiftEpochs: epochs,
  /** Epochs over which the rate of each falls to 0, whatever the run's schedule; then it stays as it is. */
  scaleFallEpochs: epochs,
  shiftFallEpochs: epochs,
};

type AffineConfig = z.output<z.ZodObject<typeof affineFields>>;

/** Leaves out a scale and a shift of true: a spec that says what is so anyway is the same run. */
export function resolveAffine<Config extends AffineConfig>({ scale, shift, ...config }: Config) {
  return { ...config, ...(scale === false ? { scale } : {}), ...(shift === false ? { shift } : {}) };
}

/** The scale and the shift of so many numbers, as far as there are any. They begin as 1 and 0. */
export function planAffine(
  config: AffineConfig,
  sizes: Pick<ParameterPlan, 'size' | 'shape' | 'gradient'>,
): ParameterPlan[] {
  const common = { ...sizes, fanIn: 1, fanOut: 1 };
  const scale: ParameterPlan = {
    name: 'scale',
    initializer: { kind: 'constant', value: 1 },
    learningRateFactor: config.scaleLearningRate ?? config.learningRate,
    weightDecayFactor: config.scaleWeightDecay ?? config.weightDecay,
    epochs: config.scaleEpochs,
    fallEpochs: config.scaleFallEpochs,
    ...common,
  };
  const shift: ParameterPlan = {
    name: 'shift',
    initializer: { kind: 'zero' },
    learningRateFactor: config.shiftLearningRate ?? config.learningRate,
    weightDecayFactor: config.shiftWeightDecay ?? config.weightDecay,
    epochs: config.shiftEpochs,
    fallEpochs: config.shiftFallEpochs,
    ...common,
  };
  return [...(config.scale === false ? [] : [scale]), ...(config.shift === false ? [] : [shift])];
}
