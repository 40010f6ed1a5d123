import type { Command } from 'commander';
import { readWholeRun, type WholeRun } from '../../experiment/whole-run.js';
import { formatNumber } from '../../report/format-values.js';
import { COMPARED_SECTIONS, findRunDifferences } from '../../report/run-differences.js';
import { formatTable } from '../../report/tables.js';
import { tellsTopFive } from '../../report/top-five.js';
import { widthOf } from '../streams.js';
import { findRunId } from './run-ids.js';
import type { Session } from './session.js';

type Pair = readonly [WholeRun, WholeRun];

/** Of an epoch, what stands side by side. */
const CURVES = [
  { key: 'trainLoss', title: 'train loss', digits: 4 },
  { key: 'validationErrorPercent', title: 'validation error %', digits: 2 },
  { key: 'testErrorPercent', title: 'test error %', digits: 2 },
  { key: 'testTop5ErrorPercent', title: 'top-5 %', digits: 2 },
  { key: 'testRmse', title: 'test RMSE', digits: 4 },
] as const;

/** `diff A B`: in what two runs differ. */
export function addDiffCommand(program: Command, session: Session): void {
  program
    .command('diff')
    .description(
      'says in what two runs differ: spec with all defaults, network, data, environment, results, epoch by epoch',
    )
    .argument('<a>', "a run's number as ls tells it, or last")
    .argument('<b>', 'another one')
    .option('--json', 'as one JSON object')
    .action((a: string, b: string, { json }: { json?: true }, command: Command) =>
      session.read(command, (db) => {
        const [first, second] = [a, b].map((text) => readWholeRun(db, findRunId(db, text, 'any')));
        const pair: Pair = [first!, second!];
        session.streams.out.write(
          json ? formatJson(pair) : formatDifferences(pair, widthOf(session.streams.out)),
        );
      }),
    );
}

function formatDifferences(pair: Pair, width: number): string {
  const differences = findRunDifferences(pair);
  const titles = pair.map(({ runId, label }) => `run ${runId}: ${label}`);
  const sections = COMPARED_SECTIONS.map((section) => {
    const rows = differences.filter((difference) => difference.section === section);
    if (rows.length === 0) return `${section}: equal\n`;
    const columns = [section, ...titles].map((title) => ({ title, align: 'left' }) as const);
    return formatTable(
      columns,
      rows.map(({ field, values }) => [field, ...values]),
      width,
    );
  });
  const curves = formatCurves(pair, width);
  return [...sections, ...(curves === null ? [] : [curves])].join('\n');
}

/** Null if no epoch is recorded. */
function formatCurves(pair: Pair, width: number): string | null {
  const epochs = Math.max(...pair.map((run) => run.epochs.length));
  if (epochs === 0) return null;
  const curves = CURVES.filter(({ key }) =>
    pair.some(
      ({ epochs, classes }) =>
        epochs.some((epoch) => epoch[key] !== null) &&
        (key !== 'testTop5ErrorPercent' || tellsTopFive(classes)),
    ),
  );
  const titles = curves.flatMap(({ title }) => pair.map(({ runId }) => `${title} of ${runId}`));
  const rows = Array.from({ length: epochs }, (_, i) => [
    String(i + 1),
    ...curves.flatMap(({ key, digits }) => pair.map((run) => formatNumber(run.epochs[i]?.[key], digits))),
  ]);
  return formatTable(
    ['epoch', ...titles].map((title) => ({ title, align: 'right' })),
    rows,
    width,
  );
}

function formatJson(pair: Pair): string {
  const differences = findRunDifferences(pair);
  const runs = pair.map(({ runId, label, epochs }) => ({ run_id: runId, label, epochs }));
  return `${JSON.stringify({ runs, differences }, null, 2)}\n`;
}
