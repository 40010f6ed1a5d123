import type { ModelMemory } from '../network/memory.js';
import { countClasses, type NetworkPlan } from '../network/plan.js';
import { learningRateAt } from '../optim/schedule.js';
import { CONTROL } from '../parallel/barrier.js';
import { type RunDescription, TOTALS } from '../parallel/protocol.js';
import { computeRegularization } from './regularization.js';
import { summarizeResults } from './results.js';
import type { ResolvedRunSpec } from './spec.js';
import type { EpochMetrics, TrainResult } from './types.js';

/** What an epoch comes to. */
export interface EpochResults extends Pick<TrainResult, 'confusion' | 'predicted'> {
  readonly metrics: EpochMetrics;
  /** Without the regularisation term; null without a validation split. */
  readonly validationLoss: number | null;
}

/**
 * Sums an epoch up, after its training and its evaluations.
 *
 * @param epoch from 0
 * @param seconds that its training took
 */
export function measureEpoch(
  run: RunDescription,
  spec: ResolvedRunSpec,
  { plan, memory }: { plan: NetworkPlan; memory: ModelMemory },
  epoch: number,
  seconds: number,
): EpochResults {
  const classes = countClasses(plan);
  const test = summarizeResults(run.test, classes);
  const validation = run.validation && summarizeResults(run.validation, classes);
  const regularization = spec.reportRegularization
    ? computeRegularization(plan, memory, spec.weightDecay)
    : 0;
  const images = run.totals[TOTALS.images]!;
  const lastStep = epoch * run.length.stepsPerEpoch + Atomics.load(run.control, CONTROL.step) - 1;
  return {
    metrics: {
      epoch: epoch + 1,
      trainLoss: run.totals[TOTALS.loss]! / images + regularization,
      trainErrorPercent: (100 * run.totals[TOTALS.errors]!) / images,
      validationLoss: validation && validation.loss + regularization,
      validationErrorPercent: validation?.errorPercent ?? null,
      testLoss: test.loss + regularization,
      testErrorPercent: test.errorPercent,
      testTop5ErrorPercent: test.top5ErrorPercent,
      learningRate: learningRateAt(spec.learningRate, lastStep, run.length),
      seconds,
      imagesPerSecond: images / seconds,
    },
    confusion: test.confusion,
    predicted: test.predicted,
    validationLoss: validation?.loss ?? null,
  };
}
