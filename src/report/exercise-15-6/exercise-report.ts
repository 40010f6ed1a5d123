import type { Dataset } from '../../dataset/dataset.js';
import { formatRecordedSpec } from '../../experiment/find-runs.js';
import { type Block, type Document, paragraph, type Section, warning } from '../document/blocks.js';
import type { NamedRun } from '../findings/compare.js';
import { describeConditions } from '../findings/conditions.js';
import { describeConfusion, describeConfusions } from '../findings/confusion.js';
import { chartErrors } from '../findings/error-charts.js';
import { describeErrors, ERROR_COLUMNS } from '../findings/error-table.js';
import { warnOfMissing } from '../findings/missing.js';
import { showCommonMistakes, showMistakes } from '../findings/mistakes.js';
import type { ReportedPoint } from '../findings/reported-run.js';
import { capitalize, formatInterval, formatPercent, formatPoints } from '../findings/words.js';
import { formatCount } from '../format-values.js';
import { type ExerciseRuns, nameRun } from './exercise-runs.js';
import { keepFinished, NOUN, type Part } from './part.js';

/** What a report of the exercise is made from. */
export interface ExerciseReport {
  /** Those to be reported; others' runs are looked up where they are compared with. */
  readonly parts: readonly Part[];
  readonly runs: ExerciseRuns;
  /** For the pictures of digits. */
  readonly dataset: Dataset | null;
  /** Overrides as the command line has them; empty for the exercise's own settings. */
  readonly settings: string;
  /** The command that runs what is missing of a preset. */
  readonly tellCommand: (preset: string) => string;
  /** What else to mind, first on the page. */
  readonly notes: readonly string[];
}

/** Writes the report of exercise 15.6, or of some of its parts. */
export function writeExercise(report: ExerciseReport): Document {
  const { parts, settings } = report;
  const points = listPoints(report);
  const finished = keepFinished(points.map((point) => nameRun(point, namePoint(point))));
  const [only] = parts.length === 1 ? parts : [];
  return {
    title: only
      ? `Exercise 15.6 (${only.letter}): ${only.title}`
      : 'Exercise 15.6: convolutional networks on MNIST',
    subtitle: `${finished.length} of ${points.length} networks trained${settings && `, with ${settings}`}`,
    notes: report.notes,
    sections: [
      writeOverview(report, points),
      ...parts.map((part) => writePart(part, report)),
      ...(finished.length > 0 ? [writeMistakes(finished, report.dataset), writeConditions(finished)] : []),
    ],
  };
}

function writeOverview(
  { parts, runs, notes, tellCommand }: ExerciseReport,
  points: readonly ReportedPoint[],
): Section {
  const missing = points.filter(({ run, state }) => run === null && state !== 'diverged').length;
  const preset = parts.length > 1 ? '15.6' : `15.6${parts[0]!.letter}`;
  return {
    id: 'overview',
    title: 'Overview',
    blocks: [
      ...notes.map(warning),
      ...(missing > 0
        ? [
            warning(
              `${missing} of ${points.length} networks are missing. This runs them: ` +
                `\`${tellCommand(preset)}\`.`,
            ),
          ]
        : []),
      {
        kind: 'table',
        caption: 'Test errors in short',
        columns: [
          { title: 'part', align: 'left' },
          { title: 'what it asks', align: 'left' },
          { title: 'test error', align: 'left' },
        ],
        rows: parts.map((part) => [`(${part.letter})`, part.title, part.answer(runs) || 'not run yet']),
      },
      ...(parts.length > 1 ? chartNetworks(points) : []),
      ...describeReading(runs),
    ],
  };
}

/** The networks that differ in neither examples nor seed, at one glance. */
function chartNetworks(points: readonly ReportedPoint[]): Block[] {
  const alike = points
    .filter(({ spec }) => isUsual(spec) && spec.seed === 0)
    .sort((a, b) => (a.run?.errorPercent ?? 0) - (b.run?.errorPercent ?? 0));
  return chartErrors(
    'chart-overview',
    'The networks of parts (b) to (f) and (j), all on the first 10,000 examples and with seed 0: test errors ' +
      'with 95% intervals',
    keepFinished(alike.map((point) => nameRun(point, point.label))),
  );
}

/** What the numbers of the page are worth, with this page's own as examples. */
function describeReading({ part, margin }: ExerciseRuns): Block[] {
  const example = part('c')[0]?.run ?? part('b')[0]?.run;
  const interval = example
    ? ` For instance, ${formatPercent(example.errorPercent)} of ` +
      `${example.images.toLocaleString('en-US')} digits has the interval ` +
      `${formatInterval(example.interval)}%.`
    : '';
  return [
    { kind: 'heading', text: 'How to read the numbers' },
    paragraph(ERROR_COLUMNS),
    {
      kind: 'list',
      items: [
        'The 95% interval (Wilson’s) says what a test set of this size leaves open: it would hold the ' +
          `error rate on endlessly many such digits for 95 of 100 test sets.${interval}`,
        'All networks are tested on the same digits, so two of them can be compared more sharply than ' +
          'by their intervals: only the digits that one gets right and the other wrong count. McNemar’s ' +
          'test (in its mid-p form) gives the probability of so uneven a split if both were equally good. ' +
          'Below 0.05 this page says that two trained networks differ; of comparisons of equally good ones, ' +
          'one in 20 comes out so by chance, and below 0.001 one in 1,000.',
        margin === null
          ? 'Such a test is about two trained networks, not about two recipes: another seed gives ' +
            'another network. How much that matters is not known yet, as part (i) has not been run.'
          : 'Such a test is about two trained networks, not about two recipes: another seed gives ' +
            `another network. Part (i) measures it: two runs of ${margin.label} that differ in nothing ` +
            `but the seed lie within ${formatPoints(margin.points)} (percentage points) of each other ` +
            '19 times out of 20. This is called the seed margin below. It is that of one network on one ' +
            'training set; others may have a wider or narrower one.',
      ],
    },
  ];
}

function writePart(part: Part, { runs, tellCommand }: ExerciseReport): Section {
  const { caption, nameTitle, extraTitles, rows: listRows } = part.table;
  const rows = listRows(runs);
  const own = new Set(runs.part(part.letter));
  const needsOthers = rows.some(({ point }) => point.run === null && !own.has(point));
  return {
    id: `part-${part.letter}`,
    title: `(${part.letter}) ${part.title}`,
    blocks: [
      { kind: 'question', text: part.question },
      ...warnOfMissing(rows, tellCommand(needsOthers ? '15.6' : `15.6${part.letter}`)),
      describeErrors(caption, nameTitle, rows, extraTitles),
      ...part.discuss(runs),
    ],
  };
}

function writeMistakes(finished: readonly NamedRun[], dataset: Dataset | null): Section {
  const best = finished.reduce((least, named) =>
    named.run.errorPercent < least.run.errorPercent ? named : least,
  );
  return {
    id: 'mistakes',
    title: 'Which digits are missed',
    blocks: [
      paragraph(
        `The network with the fewest errors on this page is ${best.name}, with ` +
          `${formatPercent(best.run.errorPercent)}. ${describeConfusions(best.run)}`,
      ),
      describeConfusion(`${capitalize(best.name)}: which digit is taken for which`, best.run),
      ...showMistakes(best, dataset),
      ...showCommonMistakes(finished, NOUN, dataset),
    ],
  };
}

function writeConditions(finished: readonly NamedRun[]): Section {
  return {
    id: 'conditions',
    title: 'How it was run',
    blocks: [describeConditions(finished.map(({ run }) => run))],
  };
}

/** The points of the parts, each once. */
function listPoints({ parts, runs }: ExerciseReport): ReportedPoint[] {
  const points = parts.flatMap(({ table }) => table.rows(runs).map(({ point }) => point));
  return [...new Map(points.map((point) => [formatRecordedSpec(point.spec), point])).values()];
}

/** `SK-0.2`, `SK-0.2 on examples 1 to 60,000`, `SK-0.2 with seed 12`. */
function namePoint({ label, spec }: ReportedPoint): string {
  const { trainFirst, trainCount, seed } = spec;
  const examples = isUsual(spec)
    ? ''
    : ` on examples ${formatCount(trainFirst)} to ${formatCount(trainFirst + trainCount! - 1)}`;
  return `${label}${examples}${seed === 0 ? '' : ` with seed ${seed}`}`;
}

/** Whether a run has the examples that the exercise means where it says nothing of them. */
function isUsual({ trainFirst, trainCount }: ReportedPoint['spec']): boolean {
  return trainFirst === 1 && trainCount === 10_000;
}
