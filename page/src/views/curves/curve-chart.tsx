import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useStore } from '../../lib/store.js';
import { isDark } from '../../lib/theme.js';
import { describeChart, joinSeries } from './chart-options.js';
import type { CurveState } from './curve-state.js';
import type { Series } from './series.js';

interface CurveChartProps {
  readonly series: readonly Series[];
  readonly quantityLabel: string;
  readonly state: CurveState;
  readonly onZoom: (zoom: readonly [number, number] | null) => void;
  readonly onPoint: (x: number | null) => void;
}

/** Of the width, and at least and at most so many pixels. */
const ASPECT = 0.5;
const HEIGHTS = [260, 560] as const;

/** The curves as they are painted. A drag zooms, a double click shows all again. */
export function CurveChart(props: CurveChartProps) {
  const { series, quantityLabel, state, onZoom } = props;
  const latest = useRef(props);
  latest.current = props;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const dark = useStore(isDark);
  const looks = series
    .map(({ run, set, raw, lower }) => [run, set, raw !== null, lower !== null].join())
    .join(' ');
  // Before the page is shown, or printed.
  useLayoutEffect(() => {
    const element = place.current!;
    const measure = () => {
      const width = Math.max(200, element.clientWidth);
      return { width, height: Math.round(Math.min(Math.max(width * ASPECT, HEIGHTS[0]), HEIGHTS[1])) };
    };
    const chart = new uPlot(
      describeChart({
        ...measure(),
        series: latest.current.series,
        state: latest.current.state,
        quantityLabel,
        isDark: dark,
        zoom: () => latest.current.state.zoom,
        onZoom: (zoom) => latest.current.onZoom(zoom),
        onPoint: (x) => latest.current.onPoint(x),
      }),
      joinSeries(latest.current.series),
      element,
    );
    plot.current = chart;
    const observer = new ResizeObserver(() => chart.setSize(measure()));
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
      plot.current = null;
    };
  }, [looks, quantityLabel, state.isLogX, state.isLogY, state.x, dark]);
  useEffect(() => plot.current?.setData(joinSeries(series)), [series, state.zoom]);
  return (
    <div
      ref={place}
      class="chart"
      role="img"
      aria-label={`Curves of ${quantityLabel}; the table beside tells their values`}
      onDblClick={() => onZoom(null)}
    />
  );
}
