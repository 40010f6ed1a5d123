import type { CellValue } from '../../../src/dashboard/run-rows.js';
import { formatCount, formatDuration } from '../../../src/report/format-values.js';
import type { Spread } from '../../../src/report/statistics/spread.js';
import { type Column, readNumber } from './column.js';

/** Shown where there is nothing. */
export const NOTHING = '–';
/** Of losses and the like, which may be of any size. */
const SIGNIFICANT_DIGITS = 4;
/** Of a deviation; and of any number beside one. */
const DEVIATION_DIGITS = 2;
const MOST_DECIMALS = 6;

/** A cell as a reader sees it. */
export function formatCell(
  column: Pick<Column, 'name' | 'kind' | 'source'>,
  value: CellValue | undefined,
): string {
  if (value === null || value === undefined || value === '') return NOTHING;
  if (column.kind === 'time') return formatTime(String(value));
  if (column.kind === 'text') return String(value);
  return formatNumber(column, readNumber(value));
}

/** `1.52 ± 0.03`: as many digits as the deviation is worth; of a single run the value alone. */
export function formatSpread(
  column: Pick<Column, 'name' | 'kind' | 'source'>,
  { mean, deviation }: Pick<Spread, 'mean' | 'deviation'>,
): string {
  const told = formatNumber(column, mean);
  if (deviation === null) return told;
  // Percents have two decimals everywhere, and what is a whole number or a duration has none.
  if (!/^-?\d+\.\d+$/.test(told) || deviation === 0 || column.name.endsWith('_percent')) {
    return `${told} ± ${formatNumber(column, deviation)}`;
  }
  const decimals = Math.min(
    Math.max(DEVIATION_DIGITS - 1 - Math.floor(Math.log10(deviation)), 0),
    MOST_DECIMALS,
  );
  return `${mean.toFixed(decimals)} ± ${deviation.toFixed(decimals)}`;
}

function formatNumber({ name, source }: Pick<Column, 'name' | 'source'>, value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? NOTHING : value > 0 ? '∞' : '−∞';
  if (source === 'field') return String(value);
  if (name === 'seconds') return value < 10 ? `${value.toFixed(1)} s` : formatDuration(value);
  if (name.endsWith('_percent')) return value.toFixed(2);
  if (Number.isInteger(value)) return name === 'run' ? String(value) : formatCount(value);
  return Math.abs(value) >= 1000 ? formatCount(value) : formatSmall(value);
}

function formatSmall(value: number): string {
  const text = value.toPrecision(SIGNIFICANT_DIGITS);
  return text.includes('e') ? Number(text).toExponential(2) : text;
}

/** Of this reader's clock, to the minute: `11-28 22:58`, with the year where it is another one. */
function formatTime(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const two = (number: number) => String(number).padStart(2, '0');
  const day = `${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const year = time.getFullYear() === new Date().getFullYear() ? '' : `${time.getFullYear()}-`;
  return `${year}${day} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** A p-value: `0.013`, `< 0.001`. */
export function formatP(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}
