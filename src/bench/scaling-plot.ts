import type { Figure } from './figure.js';
import type { Series } from './scaling-cases.js';

/** One measured point, and the time it would have if time grew as the arithmetic does. */
interface Point {
  readonly x: number;
  readonly microseconds: number;
  readonly ideal: number;
}

const PANEL = { width: 300, height: 220, left: 56, top: 40, gap: 24, bottom: 44 };
/** Both axes are logarithmic; an axis of times spans a factor of ten at least, so that noise looks small. */
const LEAST_SPAN = 10;
const MARGIN = 1.3;

const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #333 }
  .axis { stroke: #999; fill: none } .ideal { stroke: #999; fill: none; stroke-dasharray: 4 4 }
  .time { stroke: #06c; fill: none; stroke-width: 2 } .dot { fill: #06c }
  @media (prefers-color-scheme: dark) {
    text { fill: #ccc } .axis, .ideal { stroke: #777 } .time { stroke: #6bf } .dot { fill: #6bf }
  }`;

/**
 * An SVG image with one panel a series: microseconds an image, and dashed the time that would grow as the multiply-adds and shrink as the
 * cores at work. Readable on light and on dark ground.
 */
export function plotScaling(series: readonly Series[], figures: readonly Figure[], cores: number): string {
  const panels = series
    .map((one) => ({ series: one, points: findPoints(one, figures, cores) }))
    .filter(({ points }) => points.length > 0);
  const width = panels.length * (PANEL.left + PANEL.width + PANEL.gap);
  const height = PANEL.top + PANEL.height + PANEL.bottom;
  const drawn = panels.map((panel, i) =>
    drawPanel(panel.series, panel.points, i * (PANEL.left + PANEL.width + PANEL.gap) + PANEL.left),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<style>${STYLE}</style>`,
    ...drawn,
    '</svg>\n',
  ].join('\n');
}

function findPoints({ points }: Series, figures: readonly Figure[], cores: number): Point[] {
  const measured = points.flatMap(({ x, case: { name, threads, flops } }) => {
    const figure = figures.find((candidate) => candidate.name === name && candidate.threads === threads);
    if (figure?.imagesPerSecond === undefined) return [];
    return [{ x, microseconds: 1e6 / figure.imagesPerSecond, cost: flops / Math.min(threads, cores) }];
  });
  if (measured.length === 0) return [];
  // The two curves meet where there is most to do, and overhead least.
  const dearest = measured.reduce((most, point) => (point.cost > most.cost ? point : most));
  return measured.map(({ x, microseconds, cost }) => ({
    x,
    microseconds,
    ideal: (dearest.microseconds * cost) / dearest.cost,
  }));
}

function drawPanel({ title, axis }: Series, points: readonly Point[], left: number): string {
  const times = points.flatMap(({ microseconds, ideal }) => [microseconds, ideal]);
  const [low, high] = spanOf(times);
  const first = points[0]!.x;
  const last = points.at(-1)!.x;
  const xOf = (x: number) =>
    round(left + PANEL.width * (first === last ? 0.5 : Math.log(x / first) / Math.log(last / first)));
  const yOf = (time: number) =>
    round(PANEL.top + PANEL.height * (1 - Math.log(time / low) / Math.log(high / low)));
  const bottom = PANEL.top + PANEL.height;
  const line = (name: string, timeOf: (point: Point) => number) =>
    `<polyline class="${name}" points="${points.map((point) => `${xOf(point.x)},${yOf(timeOf(point))}`).join(' ')}"/>`;
  return [
    `<text x="${left}" y="20">${title}</text>`,
    `<path class="axis" d="M${left} ${PANEL.top}V${bottom}H${left + PANEL.width}"/>`,
    ...points.map(({ x }) => `<text x="${xOf(x)}" y="${bottom + 16}" text-anchor="middle">${x}</text>`),
    `<text x="${left + PANEL.width}" y="${bottom + 34}" text-anchor="end">${axis}</text>`,
    ...listTicks(low, high).map(
      (time) => `<text x="${left - 6}" y="${yOf(time) + 4}" text-anchor="end">${time}</text>`,
    ),
    `<text x="${left + 6}" y="${PANEL.top + 10}">µs/image</text>`,
    line('ideal', ({ ideal }) => ideal),
    line('time', ({ microseconds }) => microseconds),
    ...points.map(
      ({ x, microseconds }) => `<circle class="dot" cx="${xOf(x)}" cy="${yOf(microseconds)}" r="3"/>`,
    ),
  ].join('\n');
}

/** The ends of an axis of times. */
function spanOf(times: readonly number[]): [low: number, high: number] {
  const low = Math.min(...times) / MARGIN;
  const high = Math.max(...times) * MARGIN;
  const widen = Math.max(1, Math.sqrt((LEAST_SPAN * low) / high));
  return [low / widen, high * widen];
}

/** 1, 2 and 5 times powers of ten. */
function listTicks(low: number, high: number): number[] {
  const ticks: number[] = [];
  for (let exponent = Math.floor(Math.log10(low)); 10 ** exponent <= high; exponent++) {
    for (const digit of [1, 2, 5]) {
      const tick = Number(`${digit}e${exponent}`);
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return ticks;
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}
