import { FAINT, lookOf, TEXT } from './look.js';
import { CHART_WIDTH, type Chart, type ChartText, renderChart } from './render.js';
import { describeAxis, type ScatterAxis } from './scatter.js';

/** A point of a plane and how good it is, from 0 (the worst) to 1. */
export interface GradedPoint {
  readonly x: number;
  readonly y: number;
  readonly grade: number;
}

const HEIGHT = 420;
const GRID = { left: 90, right: 30, top: 20, bottom: 52 };
/** Of the plane, to either side. */
const CELLS = 32;
/** Levels between which the shade changes, so that their borders are the contour. */
const LEVELS = 8;

/**
 * A plane shaded by how good it is, in steps, and the points from which that is known. Between them it is a mean by the inverse square of the distance
 * (Shepard 1968), on the axes as they are drawn.
 */
export function drawContour(
  text: ChartText,
  points: readonly GradedPoint[],
  { x, y }: { readonly x: ScatterAxis; readonly y: ScatterAxis },
): Chart {
  const [toX, toY] = [
    placeOn(
      x,
      points.map((point) => point.x),
    ),
    placeOn(
      y,
      points.map((point) => point.y),
    ),
  ];
  const places = points.map((point) => ({ x: toX(point.x), y: toY(point.y), grade: point.grade }));
  const look = lookOf(0);
  const cellWidth = (CHART_WIDTH - GRID.left - GRID.right) / CELLS;
  const cellHeight = (HEIGHT - GRID.top - GRID.bottom) / CELLS;
  const rectangles = Array.from({ length: CELLS * CELLS }, (_, i) => {
    const [column, row] = [i % CELLS, Math.floor(i / CELLS)];
    const grade = interpolate(places, (column + 0.5) / CELLS, 1 - (row + 0.5) / CELLS);
    return {
      type: 'rect',
      silent: true,
      shape: {
        x: GRID.left + column * cellWidth,
        y: GRID.top + row * cellHeight,
        width: cellWidth,
        height: cellHeight,
      },
      style: { fill: look.color, opacity: (0.7 * Math.round(grade * LEVELS)) / LEVELS },
    };
  });
  const plane = (axis: ScatterAxis, title: string) => ({
    ...describeAxis({ ...axis, scale: 'linear' }, []),
    type: 'value',
    min: 0,
    max: 1,
    name: title,
    splitLine: { show: false },
  });
  return renderChart(text, HEIGHT, {
    textStyle: TEXT,
    grid: { ...GRID, outerBoundsMode: 'none' },
    graphic: rectangles,
    xAxis: {
      ...plane(x, x.title),
      ...labelPlaces(
        x,
        points.map((point) => point.x),
      ),
      nameGap: 32,
    },
    yAxis: {
      ...plane(y, y.title),
      ...labelPlaces(
        y,
        points.map((point) => point.y),
      ),
      nameGap: 70,
    },
    series: [
      {
        type: 'scatter',
        data: places.map((place) => [place.x, place.y]),
        symbol: 'emptyCircle',
        symbolSize: 7,
        itemStyle: { color: FAINT },
        silent: true,
      },
    ],
  });
}

function interpolate(places: readonly GradedPoint[], x: number, y: number): number {
  let [sum, weights] = [0, 0];
  for (const place of places) {
    const weight = 1 / ((place.x - x) ** 2 + (place.y - y) ** 2 + 1e-6);
    sum += weight * place.grade;
    weights += weight;
  }
  return weights === 0 ? 0 : sum / weights;
}

/** Of a value on an axis, from 0 to 1. */
function placeOn({ scale, names }: ScatterAxis, values: readonly number[]): (value: number) => number {
  if (names !== undefined) return (value) => (value + 0.5) / names.length;
  const [low, high] = endsOf(scale, values);
  const toAxis = scale === 'log' ? Math.log : (value: number) => value;
  return (value) => (toAxis(value) - toAxis(low)) / (toAxis(high) - toAxis(low));
}

/** A little beyond the values. */
function endsOf(scale: ScatterAxis['scale'], values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (scale === 'log') return [low / 1.2, high * 1.2];
  const margin = 0.05 * (high - low) || 0.5;
  return [low - margin, high + margin];
}

const TICKS = 5;

/** Labels at places from 0 to 1 that say the values there. */
function labelPlaces(axis: ScatterAxis, values: readonly number[]) {
  const { names, scale } = axis;
  const ticks =
    names === undefined
      ? Array.from({ length: TICKS }, (_, i) => i / (TICKS - 1))
      : names.map((_, i) => (i + 0.5) / names.length);
  const [low, high] = names === undefined ? endsOf(scale, values) : [0, 1];
  const valueAt = (place: number) =>
    scale === 'log' ? low * (high / low) ** place : low + place * (high - low);
  return {
    axisTick: { show: true, lineStyle: { color: FAINT }, customValues: ticks },
    axisLabel: {
      ...TEXT,
      color: FAINT,
      customValues: ticks,
      formatter: (place: number) =>
        names === undefined
          ? String(Number(valueAt(place).toPrecision(2)))
          : (names[Math.round(place * names.length - 0.5)] ?? ''),
    },
  };
}
