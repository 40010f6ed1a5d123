import type { Setting } from '../../../../src/dashboard/grid/settings.js';
import { type FieldAxis, formatLevel } from '../../chart/field-axis.js';
import { Frame, Legend, SERIES } from '../../chart/frame.js';
import { makeScale, placeTicks } from '../../chart/scale.js';
import { formatMeasure, type ShownMeasure } from './measure.js';

interface DotsProps {
  readonly settings: readonly Setting[];
  readonly x: FieldAxis;
  /** Whose values have colours; null for none. */
  readonly by: FieldAxis | null;
  readonly measure: ShownMeasure;
}

/** Settings of one place on the axis stand side by side. */
const DODGE_PIXELS = 9;

/** The measure against one field, a dot each setting with its 95% interval and its single runs; a second field by colour. */
export function Dots({ settings, x, by, measure }: DotsProps) {
  const y = makeScale(
    settings.flatMap(({ results, interval }) => [
      ...results,
      ...(interval ? [interval.low, interval.high] : []),
    ]),
  );
  const names = by === null ? [] : by.levels.map(formatLevel);
  const placed = settings.map((setting) => {
    const series = by === null ? 0 : by.levels.indexOf(setting.values[by.name] ?? null);
    return { setting, series, at: x.place(setting.values[x.name] ?? null) };
  });
  const dodge = (series: number) => (by === null ? 0 : (series - (names.length - 1) / 2) * DODGE_PIXELS);
  return (
    <>
      {by !== null && <Legend title={by.label} names={names} />}
      <Frame
        label={`${measure.label} against ${x.label}${by === null ? '' : ` and ${by.label}`}: ${settings.length} settings, which the table below lists`}
        x={{ title: x.label, ticks: x.ticks }}
        y={{ title: measure.label, ticks: placeTicks(y) }}
      >
        {({ toX, toY }) => (
          <>
            {listCourses(placed).map(({ series, points }) => (
              <polyline
                key={series}
                class={`course series-${series % SERIES}`}
                points={points
                  .map(([at, mean]) => `${toX(at) + dodge(series)},${toY(y.place(mean))}`)
                  .join(' ')}
              />
            ))}
            {placed.map(({ setting, series, at }) => {
              const { name, runs, results, mean, interval } = setting;
              const left = toX(at) + dodge(series);
              return (
                <g key={runs[0]} class={`series-${series % SERIES}`}>
                  <title>{tellSetting(setting, measure)}</title>
                  {interval && (
                    <line
                      class="interval"
                      x1={left}
                      x2={left}
                      y1={toY(y.place(interval.low))}
                      y2={toY(y.place(interval.high))}
                    />
                  )}
                  {results.length > 1 &&
                    results.map((result, i) => (
                      <circle key={runs[i]} class="raw" cx={left} cy={toY(y.place(result))} r={2.5} />
                    ))}
                  <circle class="dot" cx={left} cy={toY(y.place(mean))} r={5} data-setting={name} />
                </g>
              );
            })}
          </>
        )}
      </Frame>
    </>
  );
}

interface Placed {
  readonly setting: Setting;
  readonly series: number;
  readonly at: number;
}

/** Of each colour the means from left to right; none where other fields make several at one place. */
function listCourses(
  placed: readonly Placed[],
): { readonly series: number; readonly points: readonly (readonly [number, number])[] }[] {
  const series = [...new Set(placed.map((one) => one.series))];
  const courses = series.map((number) => ({
    series: number,
    points: placed
      .filter((one) => one.series === number)
      .map(({ at, setting }) => [at, setting.mean] as const)
      .sort((a, b) => a[0] - b[0]),
  }));
  const isSingle = courses.every(({ points }) => new Set(points.map(([at]) => at)).size === points.length);
  return isSingle ? courses : [];
}

/** For who points at a dot. */
export function tellSetting(
  { name, mean, deviation, runs, interval }: Setting,
  measure: ShownMeasure,
): string {
  const format = (value: number) => formatMeasure(value, measure);
  const spread = deviation === null ? '' : ` ± ${format(deviation)} (${runs.length} seeds)`;
  const bounds = interval ? `, 95% interval ${format(interval.low)} to ${format(interval.high)}` : '';
  return `${name}: ${format(mean)}${spread}${bounds}`;
}
