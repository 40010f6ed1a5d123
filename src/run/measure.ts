import type { ModelMemory } from '../network/memory.js';
import { countClasses, type NetworkPlan } from '../network/plan.js';
import { learningRateAt } from '../optim/schedule.js';
import { CONTROL } from '../parallel/control.js';
import { type SharedRun, TOTALS } from '../parallel/protocol.js';
import { penaltyOf } from './optimizer-fields.js';
import { computeRegularization } from './regularization.js';
import { summarizeResults } from './results.js';
import type { ResolvedRunSpec } from './spec.js';
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

/** A network and its weights. */
interface Model {
  readonly plan: NetworkPlan;
  readonly memory: ModelMemory;
}

/** Sums up what the run's test images have been evaluated to. */
export function measureTest(run: SharedRun, spec: ResolvedRunSpec, model: Model): TestResults {
  const { loss, errorPercent, top5ErrorPercent, confusion, predicted } = summarizeResults(
    run.memory.test,
    countClasses(model.plan),
  );
  const metrics = {
    testLoss: loss + measureRegularization(spec, model),
    testErrorPercent: errorPercent,
    testTop5ErrorPercent: top5ErrorPercent,
  };
  return { metrics, confusion, predicted };
}

/** The term that the spec wants in losses. */
function measureRegularization(spec: ResolvedRunSpec, { plan, memory }: Model): number {
  return spec.reportRegularization ? computeRegularization(plan, memory, penaltyOf(spec) ?? 0) : 0;
}

/**
 * Sums an epoch up, after its training and its evaluations.
 *
 * @param epoch from 0
 * @param seconds that its training took
 */
export function measureEpoch(
  run: SharedRun,
  spec: ResolvedRunSpec,
  { plan, memory }: Model,
  epoch: number,
  seconds: number,
): EpochResults {
  const classes = countClasses(plan);
  const { totals, control, validation: validationSet } = run.memory;
  const { length } = run.settings;
  const test = measureTest(run, spec, { plan, memory });
  const validation = validationSet && summarizeResults(validationSet, classes);
  const regularization = measureRegularization(spec, { plan, memory });
  const images = totals[TOTALS.images]!;
  const lastStep = epoch * length.stepsPerEpoch + Atomics.load(control, CONTROL.step) - 1;
  return {
    metrics: {
      epoch: epoch + 1,
      trainLoss: totals[TOTALS.loss]! / images + regularization,
      trainErrorPercent: (100 * totals[TOTALS.errors]!) / images,
      validationLoss: validation && validation.loss + regularization,
      validationErrorPercent: validation?.errorPercent ?? null,
      ...test.metrics,
      learningRate: learningRateAt(spec.learningRate, lastStep, length),
      seconds,
      imagesPerSecond: images / seconds,
    },
    confusion: test.confusion,
    predicted: test.predicted,
    validationLoss: validation?.loss ?? null,
  };
}
