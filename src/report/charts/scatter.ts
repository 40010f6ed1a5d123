import { AXIS, describeLogAxis, lookOf, TEXT } from './look.js';
import { type Chart, type ChartText, renderChart } from './render.js';
import type { Scale } from './trend.js';

/** Points of one kind. */
export interface ScatterSeries {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Joined by a line of steps, each to its right. */
  readonly joined?: boolean;
}

/** An axis: numbers, or names at 0, 1, 2, ... */
export interface ScatterAxis {
  readonly title: string;
  readonly scale: Scale;
  readonly names?: readonly string[];
}

const HEIGHT = 340;

/** Points of several kinds in one plane. Logarithmic scales need positive numbers. */
export function drawScatter(
  text: ChartText,
  series: readonly ScatterSeries[],
  { x, y }: { readonly x: ScatterAxis; readonly y: ScatterAxis },
): Chart {
  const points = series.flatMap((one) => one.points);
  return renderChart(text, HEIGHT, {
    textStyle: TEXT,
    legend: { show: series.length > 1, top: 0, left: 'center', itemGap: 18, textStyle: TEXT },
    grid: { left: 70, right: 30, top: 40, bottom: 52 },
    xAxis: {
      ...describeAxis(
        x,
        points.map((point) => point[0]),
      ),
      nameGap: 32,
    },
    yAxis: {
      ...describeAxis(
        y,
        points.map((point) => point[1]),
      ),
      nameGap: 50,
    },
    series: series.map(({ name, points: data, joined = false }, i) => {
      const look = lookOf(i);
      return {
        type: joined ? 'line' : 'scatter',
        ...(joined && { step: 'end', lineStyle: { color: look.color, width: 2, type: look.dash } }),
        name,
        data,
        symbol: joined ? 'none' : look.symbol,
        symbolSize: 8,
        itemStyle: { color: look.color },
        silent: true,
      };
    }),
  });
}

/** For the axes of any chart of points. */
export function describeAxis({ title, scale, names }: ScatterAxis, values: readonly number[]) {
  if (names !== undefined) {
    return {
      ...AXIS,
      type: 'value',
      name: title,
      min: -0.5,
      max: names.length - 0.5,
      axisTick: { ...AXIS.axisTick, customValues: names.map((_, i) => i) },
      axisLabel: {
        ...AXIS.axisLabel,
        customValues: names.map((_, i) => i),
        formatter: (place: number) => names[place] ?? '',
      },
    };
  }
  const axis = scale === 'log' ? describeLogAxis(values) : { ...AXIS, type: 'value', scale: true };
  return { ...axis, name: title };
}
