import type Database from 'better-sqlite3';
import { type Answers, readAnswers } from '../../experiment/answers.js';
import { type RecordedClassErrors, readClassErrors } from '../../experiment/class-errors.js';
import { readWholeRun, type WholeRun } from '../../experiment/whole-run.js';
import {
  type ConfusionCell,
  countCells,
  MATRIX_CLASSES,
  rankMistakes,
  SHOWN_MISTAKES,
} from '../../report/findings/confusion-cells.js';
import { formatNumberOf } from '../../report/findings/words.js';
import { rankClasses } from '../../report/findings/worst-classes.js';
import { formatCount, formatDuration, formatNumber } from '../../report/format-values.js';
import { formatR2, formatRmse } from '../../report/measures.js';
import { type Column, formatTable } from '../../report/tables.js';

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

/**
 * Prints one run whole.
 *
 * @throws UserError if there is none with this number
 */
export function formatRun(db: Database.Database, runId: number, json: boolean, width?: number): string {
  const run = readWholeRun(db, runId);
  if (json) return `${JSON.stringify(run, null, 2)}\n`;
  const sections = [
    formatFields(listFacts(run)),
    `Spec\n${formatFields(listSpec(run.spec))}`,
    `Environment\n${formatFields(Object.entries(run.environment))}`,
    ...(run.epochs.length > 0 ? [formatEpochs(run, width)] : []),
    ...formatConfusion(run, readAnswers(db, runId), width),
    ...formatClassErrors(readClassErrors(db, runId), width),
  ];
  return sections.join('\n');
}

function listFacts(run: WholeRun): [string, unknown][] {
  return [
    ['run', run.runId],
    ['network', run.label],
    ['sweep', run.sweep],
    ...(run.removedAt === null ? [] : [['removed', run.removedAt] satisfies [string, unknown]]),
    ...(run.note === null ? [] : [['note', run.note] satisfies [string, unknown]]),
    ...(run.tags.length === 0 ? [] : [['tags', run.tags.join(' ')] satisfies [string, unknown]]),
    ['state', run.reason === null ? run.state : `${run.state}: ${run.reason}`],
    ...(run.bestEpoch === null ? [] : [['weights of', `epoch ${run.bestEpoch}`] satisfies [string, unknown]]),
    ...listAugmented(run),
    ['started', run.startedAt],
    ['finished', run.finishedAt],
    ['time', formatDuration(run.seconds)],
    ['images/s', formatCount(run.imagesPerSecond)],
    ['workers', run.workers],
    ['parameters', formatCount(run.parameters)],
    ['predictions', run.predictions === 0 ? null : `${formatCount(run.predictions)} in test_predictions`],
    ['weights sha256', run.weightsSha256],
    ['numerics', run.numerics],
    ['data sha256', run.datasetSha256],
    ['identity', run.identity],
  ];
}

function listAugmented(run: WholeRun): [string, unknown][] {
  const how = `with test-time augmentation (${run.spec.testTimeAugmentation})`;
  if (run.augmentedTestErrorPercent !== null) {
    return [['test error %', `${formatNumber(run.augmentedTestErrorPercent, 2)} ${how}`]];
  }
  if (run.augmentedTestRmse === null) return [];
  return [
    ['test RMSE', `${formatRmse(run.augmentedTestRmse)} ${how}`],
    ['test R²', `${formatR2(run.augmentedTestR2)} ${how}`],
  ];
}

/** The network's layers stand one on a line, under its other fields. */
function listSpec({ network, ...fields }: WholeRun['spec']): [string, unknown][] {
  const { layers, ...others } = network as { layers: readonly unknown[] } & Readonly<Record<string, unknown>>;
  const layerFields = layers.map((layer, i): [string, unknown] => [`layer ${i + 1}`, layer]);
  return [...Object.entries(fields), ['network', others], ...layerFields];
}

function formatFields(fields: readonly (readonly [string, unknown])[]): string {
  const width = Math.max(...fields.map(([name]) => name.length));
  return fields.map(([name, value]) => `  ${name.padEnd(width)}  ${formatValue(value)}\n`).join('');
}

function formatValue(value: unknown): string {
  if (value === null) return '-';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function formatEpochs({ epochs, spec }: WholeRun, width?: number): string {
  const validates = Number(spec.validationCount ?? 0) > 0;
  const kind = epochs.some(({ testRmse }) => testRmse !== null) ? 'targets' : 'classes';
  const shown = EPOCH_COLUMNS.filter(
    ({ key, of = kind }) => of === kind && (validates || !key.startsWith('validation')),
  );
  const columns = shown.map(({ title }): Column => ({ title, align: 'right' }));
  const rows = epochs.map((epoch) => shown.map(({ key, digits }) => formatNumber(epoch[key], digits)));
  return formatTable(columns, rows, width);
}

function formatConfusion({ confusion }: WholeRun, answers: Answers | null, width?: number): string[] {
  const cells = countCells({ confusion, answers });
  if (cells.length === 0) return [];
  if (confusion.length === 0 || confusion.length > MATRIX_CLASSES) return [formatMistakes(cells, width)];
  const titles = ['', ...confusion.map((_, label) => String(label))];
  const rows = confusion.map((row, label) => [String(label), ...row.map(String)]);
  return [`Confusion matrix: rows are labels, columns predictions\n${formatRightTable(titles, rows, width)}`];
}

/** Of so many classes all are told, of more those with the most errors. */
function formatClassErrors(classes: readonly RecordedClassErrors[], width?: number): string[] {
  if (classes.length === 0) return [];
  const isWhole = classes.length <= MATRIX_CLASSES;
  const shown = isWhole ? classes : rankClasses(classes).slice(0, MATRIX_CLASSES);
  const rows = shown.map(({ label, images, errors, errorPercent }) => [
    ...[label, images, errors].map(String),
    formatNumber(errorPercent, 2),
  ]);
  const title = isWhole ? 'Errors by class' : `The classes with the most errors, of ${classes.length}`;
  return [`${title}\n${formatRightTable(['label', 'images', 'errors', 'error %'], rows, width)}`];
}

function formatMistakes(cells: readonly ConfusionCell[], width?: number): string {
  const mistakes = rankMistakes(cells);
  const rows = mistakes
    .slice(0, SHOWN_MISTAKES)
    .map(({ label, predicted, images }) => [label, predicted, images].map(String));
  return (
    `The most frequent mistakes, of ${formatNumberOf(mistakes.length, 'pair')} of classes\n` +
    formatRightTable(['label', 'taken for', 'images'], rows, width)
  );
}

function formatRightTable(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  width?: number,
): string {
  return formatTable(
    titles.map((title): Column => ({ title, align: 'right' })),
    rows,
    width,
  );
}
