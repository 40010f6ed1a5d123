import { AXIS, describeLogAxis, LETTER_WIDTH, lookOf, TEXT } from './look.js';
import { CHART_WIDTH, type Chart, type ChartText, renderChart } from './render.js';

/** One line of a chart of curves. */
export interface Curve {
  readonly name: string;
  /** Null where there is no value. */
  readonly points: readonly (readonly [x: number, y: number | null])[];
  /** Curves with one number share colour and symbol. Default: the curve's own place. */
  readonly look?: number;
  /** `solid`, or `dotted` with hollow symbols; default: as its look says. */
  readonly line?: 'solid' | 'dotted';
}

/** The axis of the values. */
export interface CurveAxis {
  readonly title: string;
  /** The least value that is drawn: on a logarithmic scale nothing may be zero, and little should be far below the rest. */
  readonly floor: number;
}

/** Without the legend. */
const HEIGHT = 336;
const LEGEND = { itemWidth: 44, itemGap: 12, padding: 5 };
const LEGEND_ROW_HEIGHT = TEXT.fontSize + 5 + LEGEND.itemGap;
/** Between a curve's sign and its name. */
const LEGEND_TEXT_GAP = 5;
const DOTS = [2, 4];

/** Curves by epoch, on a logarithmic scale. */
export function drawCurves(text: ChartText, curves: readonly Curve[], axis: CurveAxis): Chart {
  const drawn = curves.map((curve) => ({
    ...curve,
    points: curve.points.map(([x, y]) => [x, y !== null && y >= axis.floor ? y : null] as const),
  }));
  const values = drawn.flatMap(({ points }) => points.map(([, y]) => y).filter((y) => y !== null));
  const legend = layOutLegend(curves.map(({ name }) => name));
  const last = Math.max(...drawn.flatMap(({ points }) => points.map(([x]) => x)));
  return renderChart(text, HEIGHT + legend.height, {
    textStyle: TEXT,
    legend: {
      top: 0,
      left: 'center',
      ...LEGEND,
      textStyle: { ...TEXT, width: legend.nameWidth, backgroundColor: 'transparent' },
    },
    grid: { left: 62, right: 20, top: legend.height + 20, bottom: 48 },
    xAxis: {
      ...AXIS,
      type: 'value',
      name: 'epoch',
      nameGap: 30,
      min: 0,
      max: last,
      minInterval: 1,
      splitLine: { show: false },
    },
    yAxis: { ...describeLogAxis(values.length > 0 ? values : [axis.floor]), name: axis.title, nameGap: 42 },
    series: drawn.map((curve, i) => {
      const look = lookOf(curve.look ?? i);
      return {
        type: 'line',
        name: curve.name,
        data: curve.points,
        symbol: curve.line === 'dotted' ? hollow(look.symbol) : look.symbol,
        symbolSize: 7,
        showAllSymbol: true,
        connectNulls: false,
        lineStyle: {
          color: look.color,
          width: 2,
          type: curve.line === undefined ? look.dash : curve.line === 'dotted' ? DOTS : 'solid',
        },
        itemStyle: { color: look.color },
        silent: true,
      };
    }),
  });
}

/** Names in columns as wide as the longest, and the room that takes: ECharts breaks a legend into rows and tells the chart nothing of it. */
function layOutLegend(names: readonly string[]) {
  const nameWidth = LETTER_WIDTH * Math.max(...names.map(({ length }) => length));
  const columnWidth = LEGEND.itemWidth + LEGEND_TEXT_GAP + nameWidth + LEGEND.itemGap;
  const columns = Math.max(1, Math.floor((CHART_WIDTH - 2 * LEGEND.padding + LEGEND.itemGap) / columnWidth));
  const rows = Math.ceil(names.length / columns);
  return { nameWidth, height: rows * LEGEND_ROW_HEIGHT - LEGEND.itemGap + 2 * LEGEND.padding };
}

/** ECharts' name of a symbol's outline: `emptyCircle`. */
function hollow(symbol: string): string {
  return symbol.startsWith('empty') ? symbol : `empty${symbol.charAt(0).toUpperCase()}${symbol.slice(1)}`;
}
