import type { Case } from '../../bench/case.js';
import type { Figure } from '../../bench/figure.js';
import { formatCount, formatNumber, NOTHING } from '../../report/format-values.js';

/** A column; figures are printed as they come, so its width is known before they are. */
interface Column {
  readonly title: string;
  readonly width: number;
  /** Numbers stand at the right. */
  readonly align?: 'left';
  /** Whether another column says as much, so that it may go where there is no room. */
  readonly isDerived?: true;
  format(figure: Figure): string;
}

const COUNT_COLUMNS: readonly Column[] = [
  { title: 'images/s', width: 9, format: ({ imagesPerSecond }) => formatCount(imagesPerSecond) },
  {
    title: 'µs/image',
    width: 9,
    isDerived: true,
    format: ({ imagesPerSecond }) => formatNumber(imagesPerSecond && 1e6 / imagesPerSecond, 1),
  },
];
const THREADS: Column = { title: 'threads', width: 7, format: ({ threads }) => String(threads) };
const TAKES: Column = { title: 'takes', width: 8, format: formatCost };
/** Of the machine's limits too, which stand first in every output. */
const LIMIT_COLUMNS: readonly Column[] = [
  { title: 'GFLOP/s', width: 7, format: ({ gflops }) => formatNumber(gflops, 1) },
  { title: 'of peak', width: 7, format: ({ shareOfPeak }) => formatPercent(shareOfPeak) },
  { title: 'bound by', width: 11, format: formatLimit },
];
const SPEEDUP: Column = { title: 'speed-up', width: 8, format: ({ speedup }) => formatNumber(speedup, 2) };
const PEER_COLUMNS: readonly Column[] = [
  { title: 'peer', width: 9, format: formatPeer },
  { title: 'ratio', width: 6, format: ({ ratio }) => formatNumber(ratio, 2) },
];
const BESIDE: Column = { title: 'beside', width: 'beside'.length, align: 'left', format: formatBeside };

/** What a figure may have, beside its name and whom it is set against. */
export const FIGURE_COLUMNS: readonly Column[] = [
  ...[THREADS, ...COUNT_COLUMNS, TAKES, ...LIMIT_COLUMNS, SPEEDUP, ...PEER_COLUMNS],
];

const GAP = '  ';
/** Before what a figure's first line has no room for. */
const INDENT = '    ';

/** Figures of some cases, as lines under titles: a line each, or several where the terminal is too narrow for one. */
export class FigureLines {
  readonly #nameWidth: number;
  /** Those of each line. */
  readonly #lines: readonly (readonly Column[])[];

  /**
   * @param hasPeers whether there is a peer to be set against
   * @param width of the terminal, in characters
   */
  constructor(cases: readonly Case[], hasPeers: boolean, width: number) {
    const names = [
      'figure',
      'machine',
      ...cases.flatMap(({ name, aspects = [] }) => [name, ...aspects.map((one) => one.name)]),
    ];
    this.#nameWidth = Math.max(...names.map(({ length }) => length));
    const own = chooseColumns(cases);
    const isCompared = hasPeers || cases.some(({ counterpart }) => counterpart && 'measure' in counterpart);
    const peer = isCompared ? [...PEER_COLUMNS, BESIDE] : [];
    const room = width - this.#nameWidth;
    this.#lines = fits([...own, ...peer], room)
      ? [[...own, ...peer]]
      : [...breakLines(own, room, width - INDENT.length), ...(peer.length > 0 ? [peer] : [])];
  }

  /** The titles over the figures, with a rule under them. */
  formatTitles(): string {
    return (
      this.#format('figure', ({ title }) => title) +
      this.#format('-'.repeat(this.#nameWidth), ({ width }) => '-'.repeat(width))
    );
  }

  /** A figure's lines. */
  formatFigure(figure: Figure): string {
    return this.#format(figure.name, (column) => column.format(figure));
  }

  #format(name: string, cellOf: (column: Column) => string): string {
    const lines = this.#lines.map((columns, line) => {
      const cells = columns.map((column) => {
        const cell = cellOf(column);
        return column.align === 'left' ? cell : cell.padStart(column.width);
      });
      const start = line === 0 ? name.padEnd(this.#nameWidth) + GAP : INDENT;
      return `${(start + cells.join(GAP)).trimEnd()}\n`;
    });
    return lines.join('');
  }
}

/** What figures of such cases may have. */
function chooseColumns(cases: readonly Case[]): Column[] {
  const units = new Set(cases.map(({ unit }) => unit));
  const hasCosts = units.has('megabytes') || units.has('milliseconds');
  const isSetAgainst = cases.some(
    ({ against, aspects = [] }) => against ?? aspects.some((one) => one.against),
  );
  return [
    THREADS,
    ...(units.has('images') ? COUNT_COLUMNS : []),
    ...(hasCosts ? [TAKES] : []),
    ...LIMIT_COLUMNS,
    ...(isSetAgainst ? [SPEEDUP] : []),
  ];
}

/** As many columns a line as fit; derived ones only if all fit into one. */
function breakLines(columns: readonly Column[], firstRoom: number, room: number): Column[][] {
  if (fits(columns, firstRoom)) return [[...columns]];
  const lines: Column[][] = [[]];
  for (const column of columns.filter(({ isDerived }) => !isDerived)) {
    const last = lines.at(-1)!;
    if (fits([...last, column], lines.length === 1 ? firstRoom : room)) last.push(column);
    else lines.push([column]);
  }
  return lines;
}

/** Each with the gap before it. */
function fits(columns: readonly Column[], room: number): boolean {
  return columns.reduce((sum, { width }) => sum + GAP.length + width, 0) <= room;
}

/** `890 MB` or `412 ms`, of a process. */
function formatCost({ megabytes, milliseconds }: Figure): string {
  if (megabytes !== undefined) return `${formatCount(megabytes)} MB`;
  return milliseconds === undefined ? NOTHING : `${formatCount(milliseconds)} ms`;
}

/** `memory 61%`: the limit, and the share of what it allows, which of arithmetic's is that of the peak; of the machine itself its bandwidth. */
function formatLimit({ limit, shareOfLimit, gigabytesPerSecond }: Figure): string {
  if (gigabytesPerSecond !== undefined) return `${gigabytesPerSecond.toFixed(1)} GB/s`;
  return limit === 'memory' ? `${limit} ${formatPercent(shareOfLimit)}` : (limit ?? NOTHING);
}

function formatPercent(share: number | null | undefined): string {
  return typeof share === 'number' ? `${formatNumber(100 * share, 0)}%` : NOTHING;
}

function formatPeer({ gflops, imagesPerSecond, peer }: Figure): string {
  const isRateOfProducts = imagesPerSecond === undefined && gflops !== undefined;
  return isRateOfProducts ? formatNumber(peer, 1) : formatCount(peer);
}

/** `PyTorch 1.13.1: tcmalloc, channels last`. */
export function formatBeside({ peerName, peerSetting }: Figure): string {
  if (peerName === undefined) return NOTHING;
  return peerSetting === undefined ? peerName : `${peerName}: ${peerSetting}`;
}
