import type { Figure } from '../../bench/figure.js';
import { formatCount, formatNumber, NOTHING } from '../../report/format-values.js';
import { FIGURE_COLUMNS } from './lines.js';

/** Of rates in a table for readers; more would only be noise. */
const RATE_DIGITS = 3;
const RATIO_DIGITS = 1;

/** A table in Markdown with a row for each figure, and columns for what any of them has, under a line on the conditions. */
export function formatFigures(figures: readonly Figure[]): string {
  const columns = FIGURE_COLUMNS.filter(({ format }) => figures.some((figure) => format(figure) !== NOTHING));
  const titles = columns.map(({ title }) => (title === 'peer' ? namePeers(figures) : title));
  const rows = figures.map((figure) => [figure.name, ...columns.map(({ format }) => format(figure))]);
  return `${formatConditions(figures)}\n\n${formatTable(['figure', ...titles], rows)}`;
}

/** A table in Markdown with a row for each network: images a second in training and in evaluation, on the most threads that were measured. */
export function formatNetworks(figures: readonly Figure[]): string {
  const names = figures.flatMap(({ name }) => /^(?:step|eval)\/(.*)/.exec(name)?.[1] ?? []);
  const peer = namePeers(figures);
  const titles = ['network', 'training', peer, 'ratio', 'evaluation', peer, 'ratio'];
  const rows = [...new Set(names)].map((name) => [
    name,
    ...describeRate(figures, `step/${name}`),
    ...describeRate(figures, `eval/${name}`),
  ]);
  return `${formatConditions(figures)}\n\n${formatTable(titles, rows)}`;
}

function describeRate(figures: readonly Figure[], name: string): string[] {
  const candidates = figures.filter((figure) => figure.name === name);
  if (candidates.length === 0) return [NOTHING, NOTHING, NOTHING];
  const { imagesPerSecond, peer, ratio } = candidates.reduce((a, b) => (b.threads > a.threads ? b : a));
  return [roundRate(imagesPerSecond), roundRate(peer), formatNumber(ratio, RATIO_DIGITS)];
}

function roundRate(rate: number | undefined): string {
  return formatCount(rate === undefined ? undefined : Number(rate.toPrecision(RATE_DIGITS)));
}

function formatConditions(figures: readonly Figure[]): string {
  const machine = figures.find(({ processor }) => processor !== undefined);
  const kernels = [...new Set(figures.map((figure) => figure.kernels))];
  return [
    ...(machine ? [machine.processor!, `Node.js ${machine.node}`] : []),
    `kernels ${kernels.join(' and ')}`,
    ...listPeers(figures),
  ].join('; ');
}

function namePeers(figures: readonly Figure[]): string {
  return listPeers(figures).join(' or ') || 'peer';
}

function listPeers(figures: readonly Figure[]): string[] {
  return [...new Set(figures.flatMap(({ peerName }) => peerName ?? []))];
}

/** The first column stands at the left, numbers at the right. */
function formatTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const rules = titles.map((_, i) => (i === 0 ? ':--' : '--:'));
  const lines = [titles, rules, ...rows.map((row) => row.map((cell) => (cell === NOTHING ? '' : cell)))];
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}
