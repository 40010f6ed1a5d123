import { cutList } from '../../core/cut-list.js';
import type { SweepPoint } from '../../experiment/plan-sweep.js';
import { isRecorded, type LiveRun } from '../../experiment/run-records.js';
import { formatNumberOf, joinWords } from '../../report/findings/words.js';
import { formatTable } from '../../report/tables.js';
import { namePoints } from '../../report/varying-fields.js';
import { NUMERICS } from '../../run/numerics.js';

/** Rows of a table that somebody may still read; further ones are counted. */
export const MOST_ROWS = 1000;
const LINES_AT_A_TIME = 100;

/** What `--dry-run` prints: each point and whether it is recorded. */
export function formatPoints(
  points: readonly SweepPoint[],
  live: ReadonlyMap<string, LiveRun>,
  width?: number,
): string {
  const name = namePoints(points);
  const columns = [
    { title: 'point', align: 'right' },
    { title: 'network', align: 'left' },
    { title: 'state', align: 'left' },
  ] as const;
  const rows = points
    .slice(0, MOST_ROWS)
    .map((point) => [String(point.position), name(point), describeState(live.get(point.identity))]);
  const missing = points.filter((point) => !live.has(point.identity)).length;
  const more = points.length - rows.length;
  const rest = more > 0 ? `and ${formatNumberOf(more, 'more point')}: --json lists them too\n` : '';
  return `${formatTable(columns, rows, width)}${rest}\n${missing} of ${points.length} to run.\n`;
}

/** The same with `--json`: a line for each point, many lines at a time. */
export function* formatPointsAsJson(
  points: readonly SweepPoint[],
  live: ReadonlyMap<string, LiveRun>,
): Generator<string> {
  for (const some of cutList(points, LINES_AT_A_TIME)) {
    yield some.map((point) => `${formatPointAsJson(point, live.get(point.identity))}\n`).join('');
  }
}

/** `missing`, `recorded (run 3)` or who is at it. */
export function describeState(run: LiveRun | undefined): string {
  if (run === undefined) return 'missing';
  if (isRecorded(run)) {
    const facts = [
      `run ${run.runId}`,
      ...(run.state === 'done' ? [] : [run.state]),
      ...(run.numerics === NUMERICS ? [] : [`numerics ${run.numerics}`]),
    ];
    return `recorded (${facts.join(', ')})`;
  }
  return `${run.state} (run ${run.runId}, process ${run.pid} on ${run.host})`;
}

/** Says how many recorded runs are of other numerics versions than this program's; null if none is. */
export function describeOtherNumerics(recorded: readonly LiveRun[]): string | null {
  const others = recorded.filter(({ numerics }) => numerics !== NUMERICS);
  if (others.length === 0) return null;
  const versions = [...new Set(others.map(({ numerics }) => numerics))].sort((a, b) => a - b);
  return (
    `${others.length} of ${formatNumberOf(recorded.length, 'recorded run')} ${others.length === 1 ? 'is' : 'are'} of numerics ` +
    `${joinWords(versions.map(String))}, this program's is ${NUMERICS}: --numerics current runs ` +
    `${others.length === 1 ? 'it' : 'them'} again`
  );
}

/** One line. */
export function formatPointAsJson(point: SweepPoint, run: LiveRun | undefined): string {
  return JSON.stringify({
    position: point.position,
    label: point.label,
    recorded: run !== undefined && isRecorded(run),
    state: run?.state ?? null,
    run_id: run?.runId ?? null,
    numerics: run?.numerics ?? null,
    identity: point.identity,
    spec: point.spec,
  });
}
