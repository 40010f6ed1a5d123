import { describeIntervals } from './interval-mark.js';
import { AXIS, FAINT, LETTER_WIDTH, LINE, lookOf, TEXT } from './look.js';
import { type Chart, type ChartText, renderChart } from './render.js';

/** A row of a chart of dots. */
export interface Dot {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly label: string;
}

/** Values to hold all rows against. */
export interface Reference {
  readonly value: number;
  /** A shaded range around it. */
  readonly low: number;
  readonly high: number;
}

const ROW_HEIGHT = 30;
const MARGIN = { top: 12, bottom: 56, right: 56 };
const MAX_NAME_WIDTH = 260;

/** One row a value, from top to bottom, each with its interval. */
export function drawDots(
  text: ChartText,
  dots: readonly Dot[],
  { xTitle, reference }: { readonly xTitle: string; readonly reference?: Reference | undefined },
): Chart {
  const look = lookOf(0);
  const names = dots.map(({ name }) => name);
  const nameWidth = Math.min(MAX_NAME_WIDTH, LETTER_WIDTH * Math.max(...names.map((name) => name.length)));
  const series = {
    type: 'line',
    data: dots.map(({ value }, i) => [value, i]),
    symbol: look.symbol,
    symbolSize: 9,
    lineStyle: { width: 0, opacity: 0 },
    itemStyle: { color: look.color },
    silent: true,
    ...(reference && {
      markLine: {
        silent: true,
        symbol: 'none',
        label: { show: false },
        lineStyle: { color: FAINT, type: [5, 4], width: 1.5 },
        data: [{ xAxis: reference.value }],
      },
      markArea: {
        silent: true,
        itemStyle: { color: LINE },
        data: [[{ xAxis: reference.low }, { xAxis: reference.high }]],
      },
    }),
  };
  const marks = dots.map(({ low, high, label }, at) => ({ at, low, high, label }));
  return renderChart(text, MARGIN.top + MARGIN.bottom + ROW_HEIGHT * dots.length, {
    textStyle: TEXT,
    grid: { left: nameWidth + 14, ...MARGIN, outerBoundsMode: 'none' },
    xAxis: { ...AXIS, type: 'value', name: xTitle, nameGap: 32, scale: true },
    yAxis: {
      ...AXIS,
      type: 'category',
      data: names,
      inverse: true,
      axisTick: { show: false },
      splitLine: { show: false },
      axisLabel: { ...TEXT, width: nameWidth, overflow: 'truncate', interval: 0 },
    },
    series: [series, describeIntervals(marks, 'x', look.color)],
  });
}
