import type { Figure } from '../../bench/figure.js';
import { formatCount, formatNumber, NOTHING } from '../../report/format-values.js';

/** A column; figures are printed as they come, so its width is known before they are. */
interface Column {
  readonly title: string;
  readonly width: number;
  format(figure: Figure): string;
}

/** What a figure may have, beside its name. */
export const FIGURE_COLUMNS: readonly Column[] = [
  { title: 'threads', width: 7, format: ({ threads }) => String(threads) },
  { title: 'images/s', width: 9, format: ({ imagesPerSecond }) => formatCount(imagesPerSecond) },
  {
    title: 'µs/image',
    width: 9,
    format: ({ imagesPerSecond }) => formatNumber(imagesPerSecond && 1e6 / imagesPerSecond, 1),
  },
  { title: 'takes', width: 8, format: formatCost },
  { title: 'GFLOP/s', width: 8, format: ({ gflops }) => formatNumber(gflops, 1) },
  { title: 'of peak', width: 7, format: ({ shareOfPeak }) => formatPercent(shareOfPeak) },
  { title: 'bound by', width: 16, format: formatLimit },
  { title: 'speed-up', width: 8, format: ({ speedup }) => formatNumber(speedup, 2) },
  { title: 'peer', width: 9, format: formatPeer },
  { title: 'ratio', width: 6, format: ({ ratio }) => formatNumber(ratio, 2) },
];

/** Longest of all names. */
const NAME_WIDTH = 44;
const GAP = '  ';

/** The titles over the figures, with a rule under them. */
export function formatTitles(): string {
  return (
    formatLine('figure', ({ title }) => title) +
    formatLine('-'.repeat(NAME_WIDTH), ({ width }) => '-'.repeat(width))
  );
}

/** A figure as one line under the titles. */
export function formatFigure(figure: Figure): string {
  return formatLine(figure.name, (column) => column.format(figure));
}

function formatLine(name: string, cellOf: (column: Column) => string): string {
  const cells = FIGURE_COLUMNS.map((column) => cellOf(column).padStart(column.width));
  return `${[name.padEnd(NAME_WIDTH), ...cells].join(GAP).trimEnd()}\n`;
}

/** `890 MB` or `412 ms`, of a process. */
function formatCost({ megabytes, milliseconds }: Figure): string {
  if (megabytes !== undefined) return `${formatCount(megabytes)} MB`;
  return milliseconds === undefined ? NOTHING : `${formatCount(milliseconds)} ms`;
}

/** `memory 61%`: the limit, and the share of what it allows; of the machine itself its bandwidth. */
function formatLimit({ limit, shareOfLimit, gigabytesPerSecond }: Figure): string {
  if (gigabytesPerSecond !== undefined) return `${gigabytesPerSecond.toFixed(1)} GB/s`;
  return limit === undefined ? NOTHING : `${limit} ${formatPercent(shareOfLimit)}`;
}

function formatPercent(share: number | null | undefined): string {
  return typeof share === 'number' ? `${formatNumber(100 * share, 0)}%` : NOTHING;
}

function formatPeer({ gflops, imagesPerSecond, peer }: Figure): string {
  const isRateOfProducts = imagesPerSecond === undefined && gflops !== undefined;
  return isRateOfProducts ? formatNumber(peer, 1) : formatCount(peer);
}
