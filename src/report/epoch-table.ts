import type { WholeRun } from '../experiment/whole-run.js';
import { formatNumber } from './format-values.js';

interface EpochColumn {
  readonly title: string;
  readonly key: string;
  readonly digits: number;
  /** Of a regression, or of runs on classes, alone. Absent: of both. */
  readonly of?: 'targets' | 'classes';
}

const EPOCH_COLUMNS: readonly EpochColumn[] = [
  { title: 'epoch', key: 'epoch', digits: 0 },
  { title: 'train loss', key: 'trainLoss', digits: 4 },
  { title: 'train error %', key: 'trainErrorPercent', digits: 2, of: 'classes' },
  { title: 'validation loss', key: 'validationLoss', digits: 4 },
  { title: 'validation error %', key: 'validationErrorPercent', digits: 2, of: 'classes' },
  { title: 'test loss', key: 'testLoss', digits: 4 },
  { title: 'test error %', key: 'testErrorPercent', digits: 2, of: 'classes' },
  { title: 'top-5 %', key: 'testTop5ErrorPercent', digits: 2, of: 'classes' },
  { title: 'test RMSE', key: 'testRmse', digits: 4, of: 'targets' },
  { title: 'test R²', key: 'testR2', digits: 4, of: 'targets' },
  { title: 'images/s', key: 'imagesPerSecond', digits: 0 },
];

/** A run's epochs, a row each: the metrics that a run of its kind has. */
export function tabulateEpochs({ epochs, spec }: Pick<WholeRun, 'epochs' | 'spec'>): {
  readonly titles: readonly string[];
  readonly rows: readonly (readonly string[])[];
} {
  const validates = Number(spec.validationCount ?? 0) > 0;
  const kind = epochs.some(({ testRmse }) => testRmse !== null) ? 'targets' : 'classes';
  const shown = EPOCH_COLUMNS.filter(
    ({ key, of = kind }) => of === kind && (validates || !key.startsWith('validation')),
  );
  return {
    titles: shown.map(({ title }) => title),
    rows: epochs.map((epoch) => shown.map(({ key, digits }) => formatNumber(epoch[key], digits))),
  };
}
