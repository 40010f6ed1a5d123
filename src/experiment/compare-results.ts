import type Database from 'better-sqlite3';
import { packClasses, viewBytes } from '../core/class-numbers.js';
import { UNFUSED_NAMES } from '../kernels/select.js';
import { NUMERICS } from '../run/numerics.js';
import { withDatabaseErrors } from './database-errors.js';
import type { RecordedResult } from './run-result.js';
import { readWholeRun, type WholeRun } from './whole-run.js';

/** A fact of a repeated run that is not the recorded one. */
export interface Difference {
  /** `weights sha256`, `test loss of epoch 2` */
  readonly what: string;
  readonly recorded: Fact;
  readonly found: Fact;
}

export type Fact = string | number | null;

/** Of an epoch, all but what depends on the machine. */
const EPOCH_FACTS = [
  ['trainLoss', 'train loss'],
  ['trainErrorPercent', 'train error'],
  ['validationLoss', 'validation loss'],
  ['validationErrorPercent', 'validation error'],
  ['testLoss', 'test loss'],
  ['testErrorPercent', 'test error'],
  ['testTop5ErrorPercent', 'top-5 error'],
  ['testRmse', 'test RMSE'],
  ['testR2', 'test R²'],
  ['learningRate', 'learning rate'],
] as const;

/**
 * Holds the result of a repeated run against the record: its weights and every metric, to the last digit.
 *
 * @returns what differs; nothing where the run repeats itself
 * @throws UserError if there is no such run
 */
export function compareResults(db: Database.Database, runId: number, result: RecordedResult): Difference[] {
  const run = readWholeRun(db, runId);
  const facts = [...listFacts(run, result), ...listEpochFacts(run, result), ...listAnswers(db, run, result)];
  return facts
    .map(([what, recorded, found]) => ({ what, recorded: asStored(recorded), found: asStored(found) }))
    .filter(({ recorded, found }) => recorded !== found);
}

type Pair = readonly [what: string, recorded: Fact | undefined, found: Fact | undefined];

function listFacts(run: WholeRun, result: RecordedResult): Pair[] {
  const { augmentedTest } = result;
  return [
    ['weights sha256', run.weightsSha256, result.weightsSha256],
    ['state', run.state, result.state],
    ['parameters', run.parameters, result.parameterCount],
    ['completed epochs', run.epochs.length, result.epochs.length],
    ['best epoch', run.bestEpoch, result.bestEpoch],
    ['augmented test loss', run.augmentedTestLoss, augmentedTest?.testLoss],
    ['augmented test error', run.augmentedTestErrorPercent, augmentedTest?.testErrorPercent],
    ['augmented top-5 error', run.augmentedTestTop5ErrorPercent, augmentedTest?.testTop5ErrorPercent],
    ['augmented test RMSE', run.augmentedTestRmse, augmentedTest?.testRmse],
    ['augmented test R²', run.augmentedTestR2, augmentedTest?.testR2],
  ];
}

function listEpochFacts(run: WholeRun, result: RecordedResult): Pair[] {
  return result.epochs.flatMap((metrics, i) =>
    EPOCH_FACTS.map(
      ([key, name]): Pair => [`${name} of epoch ${metrics.epoch}`, run.epochs[i]?.[key], metrics[key]],
    ),
  );
}

/** What the run says of the test images. Older programs have not recorded each of them. */
function listAnswers(db: Database.Database, run: WholeRun, result: RecordedResult): Pair[] {
  const query = 'SELECT hex(predicted) FROM predictions WHERE run_id = ?';
  const predicted = withDatabaseErrors(db.name, () =>
    db.prepare<[number], string>(query).pluck().get(run.runId),
  );
  const packed = packClasses(result.predicted, result.classNames.length);
  const found = viewBytes(packed).toString('hex').toUpperCase();
  return [
    ['confusion matrix', JSON.stringify(run.confusion), JSON.stringify(result.confusion)],
    ...(predicted === undefined ? [] : [['predictions', predicted, found] satisfies Pair]),
  ];
}

/** SQLite has no NaN. */
function asStored(fact: Fact | undefined): Fact {
  return fact === undefined || Number.isNaN(fact) ? null : fact;
}

/** Why a repeated run may differ from its record, or that it must not. */
export interface Cause {
  /** Whether the difference is to be expected. */
  readonly isExpected: boolean;
  readonly text: string;
}

/** @param kernels that repeated the run */
export function explainDifferences(run: WholeRun, kernels: string): Cause {
  const { runId, numerics } = run;
  if (numerics !== NUMERICS) {
    return {
      isExpected: true,
      text:
        `Run ${runId} is of numerics ${numerics} and this program's is ${NUMERICS}, whose bits may be others: --numerics current records ` +
        'the run again.',
    };
  }
  const before = run.environment.kernels;
  if (before !== kernels && [before, kernels].some((name) => UNFUSED_NAMES.includes(String(name)))) {
    return {
      isExpected: true,
      text:
        `Run ${runId} was made by the kernels ${before} and repeated by ${kernels}: those without fused multiply-add ` +
        `(${UNFUSED_NAMES.join(', ')}) have bits of their own.`,
    };
  }
  return {
    isExpected: false,
    text:
      `Both are of numerics ${numerics}, under which the weights must be equal: a machine, the record or the program is at fault. Train it ` +
      'once more on another machine, and report the spec.',
  };
}
