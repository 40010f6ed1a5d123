import uPlot from 'uplot';
import { runColour } from '../../lib/run-colour.js';
import type { CurveState, ImageSet } from './curve-state.js';
import type { Series } from './series.js';

/** Sets of images are told by dashes, since colours tell runs. */
export const DASHES: Readonly<Record<ImageSet, readonly number[]>> = {
  train: [2, 3],
  validation: [8, 4],
  test: [],
};

const LINE_PIXELS = 1.8;
const RAW_PIXELS = 4;
/** A curve of a single point would have an axis without length. */
const LONE_FACTOR = 1.2;

/** The chart's data: all places of all series, then the columns that `listChartSeries` describes. */
export function joinSeries(series: readonly Series[]): uPlot.AlignedData {
  if (series.length === 0) return [[]];
  const tables = series.map(({ xs, ys, raw, lower, upper }): uPlot.AlignedData => {
    const columns = [ys, ...(raw ? [raw] : []), ...(lower && upper ? [upper, lower] : [])];
    return [[...xs], ...columns.map((column) => [...column])];
  });
  return uPlot.join(tables);
}

/** Looks of the columns that `joinSeries` gives, and the bands between some of them. */
function listChartSeries(
  series: readonly Series[],
  isDark: boolean,
): { readonly looks: uPlot.Series[]; readonly bands: uPlot.Band[] } {
  const looks: uPlot.Series[] = [{}];
  const bands: uPlot.Band[] = [];
  for (const { run, set, raw, lower, upper } of series) {
    const colour = runColour(run, isDark);
    looks.push({
      stroke: colour,
      width: LINE_PIXELS,
      dash: [...DASHES[set]],
      // Of a smoothed line the dots are what was measured.
      ...(raw ? { points: { show: false } } : {}),
    });
    if (raw)
      looks.push({
        stroke: fade(colour, 0.55),
        fill: fade(colour, 0.55),
        paths: () => null,
        points: { show: true, size: RAW_PIXELS, width: 0, fill: fade(colour, 0.55) },
      });
    if (lower && upper) {
      const edge = { stroke: fade(colour, 0.3), width: 0.5, points: { show: false } };
      bands.push({ series: [looks.length, looks.length + 1], fill: fade(colour, 0.18) });
      looks.push(edge, edge);
    }
  }
  return { looks, bands };
}

function fade(colour: string, alpha: number): string {
  return colour.replace(/\)$/, ` / ${alpha})`);
}

/** What a chart is made with. */
export interface ChartDescription {
  readonly series: readonly Series[];
  readonly state: Pick<CurveState, 'isLogX' | 'isLogY' | 'x'>;
  readonly quantityLabel: string;
  readonly isDark: boolean;
  readonly width: number;
  readonly height: number;
  /** Part of the horizontal axis; null for all. */
  readonly zoom: () => readonly [number, number] | null;
  readonly onZoom: (zoom: readonly [number, number]) => void;
  /** Where the reader points; null for nowhere. */
  readonly onPoint: (x: number | null) => void;
}

/** Between marks of epochs and steps, of which there are no halves. */
const WHOLE_STEPS = Array.from({ length: 13 }, (_, power) =>
  [1, 2, 5].map((step) => step * 10 ** power),
).flat();

const X_LABELS = { epoch: 'epoch', step: 'step', time: 'seconds of training' } as const;

/** Options of uPlot. */
export function describeChart(chart: ChartDescription): uPlot.Options {
  const { state, isDark, quantityLabel } = chart;
  const { looks, bands } = listChartSeries(chart.series, isDark);
  const style = getComputedStyle(document.documentElement);
  const [ink, line] = [style.getPropertyValue('--faint').trim(), style.getPropertyValue('--line').trim()];
  const axis = {
    stroke: ink,
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1 },
    font: '12px system-ui, sans-serif',
    labelFont: '13px system-ui, sans-serif',
  };
  return {
    width: chart.width,
    height: chart.height,
    legend: { show: false },
    cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 7 } },
    scales: {
      x: {
        time: false,
        distr: state.isLogX ? 3 : 1,
        range: (_, min, max) => chooseRange(chart.zoom() ?? [min, max], state.isLogX),
      },
      y: { distr: state.isLogY ? 3 : 1 },
    },
    axes: [
      {
        ...axis,
        label: X_LABELS[state.x],
        labelSize: 22,
        size: 34,
        ...(state.x === 'time' ? {} : { incrs: WHOLE_STEPS }),
      },
      { ...axis, label: quantityLabel, labelSize: 22, size: 58 },
    ],
    series: looks,
    bands,
    hooks: {
      setSelect: [
        (plot) => {
          const { left, width } = plot.select;
          if (width <= 0) return;
          chart.onZoom([plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')]);
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      setCursor: [
        (plot) => {
          const { idx } = plot.cursor;
          chart.onPoint(idx == null ? null : (plot.data[0][idx] ?? null));
        },
      ],
    },
  };
}

function chooseRange(
  [from, to]: readonly [number | null, number | null],
  isLog: boolean,
): uPlot.Range.MinMax {
  if (from === null || to === null || from < to) return [from as number, to as number];
  return isLog ? [from / LONE_FACTOR, to * LONE_FACTOR] : [from - 0.5, to + 0.5];
}
