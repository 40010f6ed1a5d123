/** How charts look. Colours are custom properties of the page, which has values for light, dark and print. */
export const INK = 'var(--ink)';
export const FAINT = 'var(--faint)';
export const LINE = 'var(--line)';

/** A series is told by its symbol and dashes too, for eyes and printers that do not tell colours. */
export interface SeriesLook {
  readonly color: string;
  readonly symbol: string;
  readonly dash: 'solid' | readonly number[];
}

const SYMBOLS = [
  'circle',
  'rect',
  'triangle',
  'diamond',
  'emptyCircle',
  'emptyRect',
  'emptyTriangle',
  'emptyDiamond',
];
const DASHES: readonly SeriesLook['dash'][] = ['solid', [7, 4], [2, 3], [9, 3, 2, 3]];

/** As many series as can be told apart; more would be a tangle of lines anyway. */
export const MAX_SERIES = SYMBOLS.length;

/** The look of the i-th series. */
export function lookOf(i: number): SeriesLook {
  const place = i % MAX_SERIES;
  return {
    color: `var(--series-${place + 1})`,
    symbol: SYMBOLS[place]!,
    dash: DASHES[place % DASHES.length]!,
  };
}

export const TEXT = { color: INK, fontFamily: 'inherit', fontSize: 13 };
/** Of a letter, rather too wide than too narrow. */
export const LETTER_WIDTH = 7.6;
export const AXIS = {
  nameLocation: 'middle',
  nameTextStyle: TEXT,
  axisLine: { show: true, onZero: false, lineStyle: { color: FAINT } },
  axisTick: { show: true, lineStyle: { color: FAINT } },
  axisLabel: { ...TEXT, color: FAINT },
  splitLine: { show: true, lineStyle: { color: LINE } },
} as const;

/** Ticks within a decade, the coarser set first. */
const STEPS = [
  [1, 2, 5],
  [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9],
];
/** Across more of them there is room for one tick each. */
const MANY_DECADES = 6;
/** How far a logarithmic axis reaches beyond its values. */
const LOG_MARGIN = 1.2;

/**
 * A logarithmic axis around values, which must be positive.
 *
 * @param labelled where its labels are; absent: at round numbers
 */
export function describeLogAxis(values: readonly number[], labelled?: readonly number[]) {
  const [min, max] = [Math.min(...values) / LOG_MARGIN, Math.max(...values) * LOG_MARGIN];
  const ticks = labelled ?? chooseTicks(min, max);
  return {
    ...AXIS,
    type: 'log',
    min,
    max,
    axisTick: { ...AXIS.axisTick, customValues: ticks },
    axisLabel: { ...AXIS.axisLabel, customValues: ticks, formatter: formatTick },
    splitLine: { ...AXIS.splitLine, customValues: ticks },
  };
}

/** Round numbers between two positive ones: at least three, if steps of one digit give so many. */
function chooseTicks(min: number, max: number): number[] {
  const decades = Array.from(
    { length: Math.ceil(Math.log10(max / min)) + 2 },
    (_, i) => Math.floor(Math.log10(min)) + i,
  );
  const candidates = STEPS.map((steps) =>
    decades
      // Written out and read, as 5 · 10^-1 is not 0.5 to the last digit.
      .flatMap((decade) => steps.map((step) => Number(`${step}e${decade}`)))
      .filter((tick) => tick >= min && tick <= max),
  );
  if (decades.length > MANY_DECADES) return candidates[0]!.filter((tick) => isPowerOfTen(tick));
  return candidates.find((ticks) => ticks.length >= 3) ?? candidates.at(-1)!;
}

function isPowerOfTen(tick: number): boolean {
  return /^10*$|^0\.0*1$|^1e[+-]?\d+$/.test(String(tick));
}

function formatTick(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 6 });
}
