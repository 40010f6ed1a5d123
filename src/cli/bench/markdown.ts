import type { Figure } from '../../bench/figure.js';
import { formatCount, formatNumber, NOTHING } from '../../report/format-values.js';
import { FIGURE_COLUMNS, formatBeside } from './lines.js';

/** Of rates in a table for readers; more would only be noise. */
const RATE_DIGITS = 3;
const RATIO_DIGITS = 1;

/** A table in Markdown with a row for each figure, and columns for what any of them has, under a line on the conditions. */
export function formatFigures(figures: readonly Figure[]): string {
  const columns = FIGURE_COLUMNS.filter(({ format }) => figures.some((figure) => format(figure) !== NOTHING));
  const peers = listPeers(figures);
  const isTold = peers.length > 1 || figures.some(({ peerSetting }) => peerSetting !== undefined);
  const titles = columns.map(({ title }) => (title === 'peer' && !isTold ? peers.join() : title));
  const rows = figures.map((figure) => [
    figure.name,
    ...columns.map(({ format }) => format(figure)),
    ...(isTold ? [formatBeside(figure)] : []),
  ]);
  return `${formatConditions(figures)}\n\n${formatTable(['figure', ...titles, ...(isTold ? ['beside'] : [])], rows)}`;
}

/**
 * A table in Markdown with a row for each network: images a second in training and in evaluation, on the most threads that were measured, with
 * those of each peer; under it the peers' settings.
 */
export function formatNetworks(figures: readonly Figure[]): string {
  const names = figures.flatMap(({ name }) => /^(?:step|eval)\/(.*)/.exec(name)?.[1] ?? []);
  const passes = PASSES.map(({ prefix, title }) => {
    const ofPass = figures.filter(({ name }) => name.startsWith(prefix));
    return { prefix, title, peers: listPeers(ofPass) };
  });
  const titles = passes.flatMap(({ title, peers }) => [title, ...peers.flatMap((peer) => [peer, 'ratio'])]);
  const rows = [...new Set(names)].map((name) => [
    name,
    ...passes.flatMap(({ prefix, peers }) => describeRates(figures, `${prefix}${name}`, peers)),
  ]);
  const settings = formatSettings(
    figures.filter(({ name }) => PASSES.some(({ prefix }) => name.startsWith(prefix))),
  );
  return `${formatConditions(figures)}\n\n${formatTable(['network', ...titles], rows)}${settings}`;
}

const PASSES = [
  { prefix: 'step/', title: 'training' },
  { prefix: 'eval/', title: 'evaluation' },
];

/** Our rate on the most threads, then each peer's and our ratio to it. */
function describeRates(figures: readonly Figure[], name: string, peers: readonly string[]): string[] {
  const candidates = onMostThreads(figures.filter((figure) => figure.name === name));
  const beside = peers.flatMap((peer) => {
    const figure = candidates.find(({ peerName }) => peerName === peer);
    return [roundRate(figure?.peer), formatNumber(figure?.ratio, RATIO_DIGITS)];
  });
  return [roundRate(candidates[0]?.imagesPerSecond), ...beside];
}

function onMostThreads(figures: readonly Figure[]): Figure[] {
  const most = Math.max(...figures.map(({ threads }) => threads));
  return figures.filter(({ threads }) => threads === most);
}

/** A line for each peer and setting, with the figures on the most threads that it was the best for. */
function formatSettings(figures: readonly Figure[]): string {
  const names = new Map<string, string[]>();
  for (const figure of onMostThreads(figures)) {
    if (figure.peerSetting === undefined) continue;
    const setting = formatBeside(figure);
    names.set(setting, [...(names.get(setting) ?? []), figure.name]);
  }
  const lines = [...names].map(([setting, of]) => `- ${setting}: ${of.join(', ')}\n`);
  return lines.length === 0 ? '' : `\n${lines.join('')}`;
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

function listPeers(figures: readonly Figure[]): string[] {
  return [...new Set(figures.flatMap(({ peerName }) => peerName ?? []))];
}

/** The first column stands at the left, numbers at the right. */
function formatTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const rules = titles.map((_, i) => (i === 0 ? ':--' : '--:'));
  const lines = [titles, rules, ...rows.map((row) => row.map((cell) => (cell === NOTHING ? '' : cell)))];
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}
