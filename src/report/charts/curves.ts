import { AXIS, describeLogAxis, lookOf, TEXT } from './look.js';
import { type Chart, type ChartText, renderChart } from './render.js';

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

const HEIGHT = 360;
const DOTS = [2, 4];

/** Curves by epoch, on a logarithmic scale. */
export function drawCurves(text: ChartText, curves: readonly Curve[], axis: CurveAxis): Chart {
  const drawn = curves.map((curve) => ({
    ...curve,
    points: curve.points.map(([x, y]) => [x, y !== null && y >= axis.floor ? y : null] as const),
  }));
  const values = drawn.flatMap(({ points }) => points.map(([, y]) => y).filter((y) => y !== null));
  const last = Math.max(...drawn.flatMap(({ points }) => points.map(([x]) => x)));
  return renderChart(text, HEIGHT, {
    textStyle: TEXT,
    legend: { top: 0, left: 'center', itemWidth: 44, itemGap: 18, textStyle: TEXT },
    grid: { left: 62, right: 20, top: 44, bottom: 48 },
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

/** ECharts' name of a symbol's outline: `emptyCircle`. */
function hollow(symbol: string): string {
  return symbol.startsWith('empty') ? symbol : `empty${symbol.charAt(0).toUpperCase()}${symbol.slice(1)}`;
}
