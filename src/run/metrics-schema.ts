import { z } from 'zod';
import type { EpochMetrics } from './types.js';

/**
 * What is measured after an epoch, as a file has it.
 *
 * @param number what a loss may be
 */
export function defineMetrics(number: z.ZodType<number>): z.ZodType<EpochMetrics> {
  const duration = z.number().nonnegative();
  return z.strictObject({
    epoch: z.int().min(1),
    trainLoss: number,
    trainErrorPercent: number.nullable(),
    validationLoss: number.nullable(),
    validationErrorPercent: number.nullable(),
    testLoss: number,
    testErrorPercent: number.nullable(),
    testTop5ErrorPercent: number.nullable(),
    testRmse: number.exactOptional(),
    testR2: number.exactOptional(),
    learningRate: z.number(),
    seconds: duration,
    imagesPerSecond: duration,
  });
}
