import type Database from 'better-sqlite3';
import { type Answers, readAnswers } from '../../experiment/answers.js';
import { type RecordedClassErrors, readClassErrors } from '../../experiment/class-errors.js';
import { readWholeRun, type WholeRun } from '../../experiment/whole-run.js';
import { tabulateEpochs } from '../../report/epoch-table.js';
import {
  type ConfusionCell,
  countCells,
  MATRIX_CLASSES,
  rankMistakes,
  SHOWN_MISTAKES,
} from '../../report/findings/confusion-cells.js';
import { formatNumberOf } from '../../report/findings/words.js';
import { rankClasses } from '../../report/findings/worst-classes.js';
import { formatNumber } from '../../report/format-values.js';
import { listRunFacts } from '../../report/run-facts.js';
import { type Column, formatTable } from '../../report/tables.js';

/**
 * Prints one run whole.
 *
 * @throws UserError if there is none with this number
 */
export function formatRun(db: Database.Database, runId: number, json: boolean, width?: number): string {
  const run = readWholeRun(db, runId);
  if (json) return `${JSON.stringify(run, null, 2)}\n`;
  const sections = [
    formatFields(listRunFacts(run)),
    `Spec\n${formatFields(listSpec(run.spec))}`,
    `Environment\n${formatFields(Object.entries(run.environment))}`,
    ...(run.epochs.length > 0 ? [formatEpochs(run, width)] : []),
    ...formatConfusion(run, readAnswers(db, runId), width),
    ...formatClassErrors(readClassErrors(db, runId), width),
  ];
  return sections.join('\n');
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

function formatEpochs(run: WholeRun, width?: number): string {
  const { titles, rows } = tabulateEpochs(run);
  return formatRightTable(titles, rows, width);
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
