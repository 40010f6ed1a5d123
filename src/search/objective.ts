import { UserError, unknownName } from '../core/errors.js';

/** Something that is measured of a run, of which less is better unless it is to be as great as can be. */
export interface Objective {
  readonly metric: Metric;
  /** What its figure is multiplied with, so that less is better. */
  readonly sign: 1 | -1;
}

interface MetricFacts {
  /** Whether it is measured after each epoch. */
  readonly ofEpochs: boolean;
  readonly isOfTest?: true;
  readonly needsValidation?: true;
  readonly isGreaterBetter?: true;
}

const METRICS = {
  validation_error_percent: { ofEpochs: true, needsValidation: true },
  validation_loss: { ofEpochs: true, needsValidation: true },
  train_error_percent: { ofEpochs: true },
  train_loss: { ofEpochs: true },
  test_error_percent: { ofEpochs: true, isOfTest: true },
  test_loss: { ofEpochs: true, isOfTest: true },
  test_top5_error_percent: { ofEpochs: true, isOfTest: true },
  test_rmse: { ofEpochs: true, isOfTest: true },
  test_r2: { ofEpochs: true, isOfTest: true, isGreaterBetter: true },
  parameters: { ofEpochs: false },
  multiply_adds: { ofEpochs: false },
} as const satisfies Readonly<Record<string, MetricFacts>>;

export type Metric = keyof typeof METRICS;
export const METRIC_NAMES = Object.keys(METRICS) as Metric[];

/** Without the test images, so that what is found can still be tested. */
export const DEFAULT_METRIC: Metric = 'validation_error_percent';

/**
 * @param where names it in messages
 * @throws UserError for an unknown metric, and for one twice
 */
export function parseObjectives(names: readonly string[], where: string): Objective[] {
  const objectives = names.map((name): Objective => {
    if (!Object.hasOwn(METRICS, name)) throw unknownName(where, 'metric', name, METRIC_NAMES);
    const metric = name as Metric;
    return { metric, sign: factsOf(metric).isGreaterBetter ? -1 : 1 };
  });
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return objectives;
  throw new UserError(`${where}: expected each metric once, found '${twice}' twice. Leave one out.`);
}

export function factsOf(metric: Metric): MetricFacts {
  return METRICS[metric];
}

/** What is to be said to whoever lets the test images choose; null if nobody does. */
export function warnOfTest(objectives: readonly Objective[]): string | null {
  const tested = objectives.find(({ metric }) => factsOf(metric).isOfTest);
  if (tested === undefined) return null;
  return (
    `the search chooses by ${tested.metric}: what it finds has seen the test images, which can then tell nothing more of it. ` +
    'Choose by validation_error_percent, and test once at the end.'
  );
}
