import { type Curve, drawCurves } from '../charts/curves.js';
import { drawDots, type Reference } from '../charts/dots.js';
import { MAX_SERIES } from '../charts/look.js';
import { drawTrend, type Scale } from '../charts/trend.js';
import type { Block } from '../document/blocks.js';
import type { NamedRun } from './compare.js';
import { readCurve } from './reported-run.js';
import { formatPercent, joinWords } from './words.js';

/** Test errors by epoch; nothing for no runs. */
export function chartTestCurves(id: string, title: string, runs: readonly NamedRun[]): Block[] {
  const curves = runs
    .slice(0, MAX_SERIES)
    .map(({ name, run }) => ({ name, points: readCurve(run, 'testErrorPercent') }));
  return chartCurves(id, title, curves, runs, tellLeftOut(runs.length));
}

/** What is to be said where there are more networks than curves; nothing where there are not. */
export function tellLeftOut(networks: number): string | undefined {
  return networks > MAX_SERIES ? `Of ${networks} networks, the first ${MAX_SERIES} are drawn.` : undefined;
}

/** Training and test errors by epoch; a network has one colour and symbol, which is hollow for training. */
export function chartBothCurves(id: string, title: string, runs: readonly NamedRun[]): Block[] {
  const curves = runs.flatMap(({ name, run }, look): Curve[] => [
    { name: `${name}, test`, points: readCurve(run, 'testErrorPercent'), look, line: 'solid' },
    { name: `${name}, training`, points: readCurve(run, 'trainErrorPercent'), look, line: 'dotted' },
  ]);
  return chartCurves(id, title, curves, runs);
}

/** Below so much of the least test error, training errors are no longer worth the room that they take. */
const FLOOR_SHARE = 0.1;
/** In percent, where no test error is above zero. */
const LEAST_FLOOR = 0.001;

function chartCurves(
  id: string,
  title: string,
  curves: readonly Curve[],
  runs: readonly NamedRun[],
  leftOut?: string,
): Block[] {
  if (curves.length === 0) return [];
  const errors = runs.flatMap(({ run }) => readCurve(run, 'testErrorPercent').map(([, error]) => error));
  const least = Math.min(...errors.filter((error) => error !== null && error > 0).map(Number));
  const floor = Math.max(LEAST_FLOOR, Number((FLOOR_SHARE * least).toPrecision(1)) || 0);
  const isCut = curves.some(({ points }) => points.some(([, error]) => error !== null && error < floor));
  const notes = [...(leftOut ? [leftOut] : []), ...(isCut ? [`Errors below ${floor}% are left out.`] : [])];
  const note = notes.length > 0 ? { note: notes.join(' ') } : {};
  const text = { id, title, description: describeCurves(curves), ...note };
  return [{ kind: 'chart', chart: drawCurves(text, curves, { title: 'error, %', floor }) }];
}

function describeCurves(curves: readonly Curve[]): string {
  const told = curves.map(({ name, points }) => {
    const [first, last] = [points[0]?.[1], points.at(-1)?.[1]];
    return first == null || last == null
      ? name
      : `${name} from ${formatPercent(first)} to ${formatPercent(last)}`;
  });
  const epochs = Math.max(...curves.flatMap(({ points }) => points.map(([epoch]) => epoch)));
  return `Error in percent by epoch, 1 to ${epochs}, on a logarithmic scale: ${joinWords(told)}.`;
}

/** Errors with their 95% intervals, one row a run. */
export function chartErrors(
  id: string,
  title: string,
  runs: readonly NamedRun[],
  reference?: Reference & { readonly text: string },
): Block[] {
  if (runs.length === 0) return [];
  const told = runs.map(({ name, run }) => `${name} ${formatPercent(run.errorPercent)}`);
  const sentences = [
    `Test error with 95% interval: ${joinWords(told)}.`,
    ...(reference ? [reference.text] : []),
  ];
  const description = sentences.join(' ');
  const dots = runs.map(({ name, run }) => ({ name, ...measureRun(run) }));
  return [
    {
      kind: 'chart',
      chart: drawDots({ id, title, description, ...(reference && { note: reference.text }) }, dots, {
        xTitle: 'test error, %',
        reference,
      }),
    },
  ];
}

/** Errors with their 95% intervals against a number. */
export function chartTrend(
  id: string,
  title: string,
  points: readonly (NamedRun & { readonly x: number })[],
  axes: { readonly xTitle: string; readonly xScale: Scale; readonly yScale: Scale },
): Block[] {
  if (points.length === 0) return [];
  const told = points.map(({ name, run }) => `${name} ${formatPercent(run.errorPercent)}`);
  const description = `Test error with 95% interval against ${axes.xTitle}: ${joinWords(told)}.`;
  const drawn = points.map(({ x, run }) => ({ x, ...measureRun(run) }));
  return [
    {
      kind: 'chart',
      chart: drawTrend({ id, title, description }, drawn, { ...axes, yTitle: 'test error, %' }),
    },
  ];
}

function measureRun({ errorPercent, interval }: NamedRun['run']) {
  return { value: errorPercent, ...interval, label: errorPercent.toFixed(2) };
}
