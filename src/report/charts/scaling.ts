import { describeLogAxis, lookOf, TEXT } from './look.js';
import { type Chart, type ChartText, renderChart } from './render.js';

/** A time that was measured, and the time that there would be if it grew as the work does. */
export interface ScalingPoint {
  readonly x: number;
  readonly time: number;
  readonly ideal: number;
}

const HEIGHT = 340;
/** An axis of times spans such a factor at least, so that noise looks small. */
const LEAST_SPAN = 10;
const DASHES = [6, 5];

/** Times against a number, both on logarithmic axes, and dashed the times that there would be at best. */
export function drawScaling(
  text: ChartText,
  points: readonly ScalingPoint[],
  axes: { readonly xTitle: string; readonly yTitle: string },
): Chart {
  const xs = points.map(({ x }) => x);
  const [measured, ideal] = [lookOf(0), lookOf(1)];
  return renderChart(text, HEIGHT, {
    textStyle: TEXT,
    legend: { top: 0, left: 'center', itemWidth: 44, itemGap: 18, textStyle: TEXT },
    grid: { left: 66, right: 30, top: 40, bottom: 52 },
    xAxis: { ...describeLogAxis(xs, xs), name: axes.xTitle, nameGap: 32 },
    yAxis: { ...describeLogAxis(widen(points)), name: axes.yTitle, nameGap: 46 },
    series: [
      {
        type: 'line',
        name: 'measured',
        data: points.map(({ x, time }) => [x, time]),
        symbol: measured.symbol,
        symbolSize: 8,
        lineStyle: { color: measured.color, width: 2 },
        itemStyle: { color: measured.color },
        silent: true,
      },
      {
        type: 'line',
        name: "at the best point's GFLOP/s",
        data: points.map(({ x, ideal: time }) => [x, time]),
        symbol: 'none',
        lineStyle: { color: ideal.color, width: 2, type: DASHES },
        // The legend would have a symbol else.
        itemStyle: { opacity: 0 },
        silent: true,
      },
    ],
  });
}

/** The ends of an axis of all times. */
function widen(points: readonly ScalingPoint[]): [low: number, high: number] {
  const times = points.flatMap(({ time, ideal }) => [time, ideal]);
  const [low, high] = [Math.min(...times), Math.max(...times)];
  const factor = Math.max(1, Math.sqrt((LEAST_SPAN * low) / high));
  return [low / factor, high * factor];
}
