import { describeIntervals } from './interval-mark.js';
import { AXIS, describeLogAxis, lookOf, TEXT } from './look.js';
import { type Chart, type ChartText, renderChart } from './render.js';

/** A point of a trend: a value with its interval, at a number. */
export interface TrendPoint {
  readonly x: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly label: string;
}

export type Scale = 'linear' | 'log';

const HEIGHT = 360;

/** Values against a number, joined by a line, each with its interval. Logarithmic scales need positive values and ends of intervals. */
export function drawTrend(
  text: ChartText,
  points: readonly TrendPoint[],
  axes: { readonly xTitle: string; readonly xScale: Scale; readonly yTitle: string; readonly yScale: Scale },
): Chart {
  const look = lookOf(0);
  const sorted = [...points].sort((a, b) => a.x - b.x);
  const axis = (scale: Scale, values: readonly number[]) =>
    scale === 'log' ? describeLogAxis(values) : { ...AXIS, type: 'value' };
  const x = axis(
    axes.xScale,
    sorted.map((point) => point.x),
  );
  const y = axis(
    axes.yScale,
    sorted.flatMap(({ low, high }) => [low, high]),
  );
  return renderChart(text, HEIGHT, {
    textStyle: TEXT,
    grid: { left: 62, right: 30, top: 26, bottom: 52 },
    xAxis: { ...x, name: axes.xTitle, nameGap: 32 },
    yAxis: { ...y, name: axes.yTitle, nameGap: 42 },
    series: [
      {
        type: 'line',
        data: sorted.map((point) => [point.x, point.value]),
        symbol: look.symbol,
        symbolSize: 9,
        lineStyle: { color: look.color, width: 2 },
        itemStyle: { color: look.color },
        silent: true,
      },
      describeIntervals(
        sorted.map(({ x: at, low, high, label }) => ({ at, low, high, label })),
        'y',
        look.color,
      ),
    ],
  });
}
