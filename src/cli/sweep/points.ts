import type { SweepPoint } from '../../experiment/plan-sweep.js';
import { isRecorded, type LiveRun } from '../../experiment/run-records.js';
import { formatTable } from '../../report/tables.js';
import { namePoints } from '../../report/varying-fields.js';

/** What `--dry-run` prints: each point and whether it is recorded. */
export function formatPoints(
  points: readonly SweepPoint[],
  live: ReadonlyMap<string, LiveRun>,
  json: boolean,
): string {
  if (json) return points.map((point) => `${formatPointAsJson(point, live.get(point.identity))}\n`).join('');
  const name = namePoints(points);
  const columns = [
    { title: 'point', align: 'right' },
    { title: 'network', align: 'left' },
    { title: 'state', align: 'left' },
  ] as const;
  const rows = points.map((point) => [
    String(point.position),
    name(point),
    describeState(live.get(point.identity)),
  ]);
  const missing = points.filter((point) => !live.has(point.identity)).length;
  return `${formatTable(columns, rows)}\n${missing} of ${points.length} to run.\n`;
}

/** Says of a run of another process that its point is left to it. */
export function describeSkipped(point: SweepPoint, name: string, run: LiveRun | undefined): string {
  const who = run === undefined ? 'another process' : `process ${run.pid} on ${run.host}, run ${run.runId}`;
  return `point ${point.position}, ${name}: skipped, it is being run by ${who}`;
}

/** `missing`, `recorded (run 3)` or who is at it. */
export function describeState(run: LiveRun | undefined): string {
  if (run === undefined) return 'missing';
  if (run.state === 'done') return `recorded (run ${run.runId})`;
  if (isRecorded(run)) return `recorded (run ${run.runId}, ${run.state})`;
  return `${run.state} (run ${run.runId}, process ${run.pid} on ${run.host})`;
}

/** One line. */
export function formatPointAsJson(point: SweepPoint, run: LiveRun | undefined): string {
  return JSON.stringify({
    position: point.position,
    label: point.label,
    recorded: run !== undefined && isRecorded(run),
    state: run?.state ?? null,
    run_id: run?.runId ?? null,
    identity: point.identity,
    spec: point.spec,
  });
}
