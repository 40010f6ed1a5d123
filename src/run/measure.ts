import type { ModelMemory } from '../network/memory.js';
import { countClasses } from '../network/plan.js';
import { learningRateAt } from '../optim/schedule.js';
import { CONTROL } from '../parallel/control.js';
import { type SharedRun, TOTALS } from '../parallel/protocol.js';
import type { FittedRun } from './fit.js';
import { penaltyOf } from './optimizer-fields.js';
import { computeRegularization } from './regularization.js';
import { summarizeResults } from './results.js';
import type { EpochMetrics, TestMetrics, TrainResult } from './types.js';

/** What a test comes to. */
export interface TestResults extends Pick<TrainResult, 'confusion' | 'predicted'> {
  readonly metrics: TestMetrics;
}

/** What an epoch comes to. */
export interface EpochResults extends TestResults {
  readonly metrics: EpochMetrics;
  /** Without the regularisation term; null without a validation split. */
  readonly validationLoss: number | null;
}

/** Sums up what the run's test images have been evaluated to. */
export function measureTest(run: SharedRun, fitted: FittedRun, memory: ModelMemory): TestResults {
  const { loss, errorPercent, top5ErrorPercent, fit, confusion, predicted } = summarizeResults(
    run.memory.test,
    countClasses(fitted.plan),
  );
  const metrics = {
    testLoss: loss + measureRegularization(fitted, memory),
    testErrorPercent: errorPercent,
    testTop5ErrorPercent: top5ErrorPercent,
    ...(fit && { testRmse: fit.rmse, testR2: fit.r2 }),
  };
  return { metrics, confusion, predicted };
}

/** The term that the spec wants in losses. */
function measureRegularization({ spec, plan, plugins }: FittedRun, memory: ModelMemory): number {
  if (!spec.reportRegularization) return 0;
  return computeRegularization(plan, memory, penaltyOf(spec, plugins.optimizers) ?? 0);
}

/**
 * Sums an epoch up, after its training and its evaluations.
 *
 * @param memory of the weights that were evaluated
 * @param epoch from 0
 * @param seconds that its training took
 */
export function measureEpoch(
  run: SharedRun,
  fitted: FittedRun,
  memory: ModelMemory,
  epoch: number,
  seconds: number,
): EpochResults {
  const classes = countClasses(fitted.plan);
  const { totals, control, validation: validationSet } = run.memory;
  const { length } = run.settings;
  const test = measureTest(run, fitted, memory);
  const validation = validationSet && summarizeResults(validationSet, classes);
  const regularization = measureRegularization(fitted, memory);
  const images = totals[TOTALS.images]!;
  const lastStep = epoch * length.stepsPerEpoch + Atomics.load(control, CONTROL.step) - 1;
  return {
    metrics: {
      epoch: epoch + 1,
      trainLoss: totals[TOTALS.loss]! / images + regularization,
      trainErrorPercent: fitted.dataset.targetNames ? null : (100 * totals[TOTALS.errors]!) / images,
      validationLoss: validation && validation.loss + regularization,
      validationErrorPercent: validation?.errorPercent ?? null,
      ...test.metrics,
      learningRate: learningRateAt(fitted.spec.learningRate, lastStep, length),
      seconds,
      imagesPerSecond: images / seconds,
    },
    confusion: test.confusion,
    predicted: test.predicted,
    validationLoss: validation?.loss ?? null,
  };
}
