import { join } from 'node:path';
import type { Case } from '../../bench/case.js';
import { QUICK, THOROUGH } from '../../bench/effort.js';
import type { Figure } from '../../bench/figure.js';
import { describeLimits, measureLimits, warnOfBusyMachine } from '../../bench/machine.js';
import { measureCases } from '../../bench/measure.js';
import { Peers } from '../../bench/peers.js';
import { listScalingSeries } from '../../bench/scaling-cases.js';
import { SUITES } from '../../bench/suites.js';
import { Workbench } from '../../bench/workbench.js';
import { countCores } from '../../core/count-cores.js';
import { UserError } from '../../core/errors.js';
import { sortByDistance } from '../../core/names.js';
import { chooseKernelName, KERNELS_VARIABLE, loadKernels, warnOfMissingAddon } from '../../kernels/select.js';
import { formatStandalone } from '../../report/charts/standalone.js';
import { chartScaling } from '../../report/scaling-charts.js';
import { EXIT_CODES } from '../exit.js';
import { type Streams, widthOf } from '../streams.js';
import { writeTextFile } from '../write-text-file.js';
import { FigureLines } from './lines.js';
import { runMachinesCommand } from './machines.js';
import { type MeasureCommand, parseBenchArguments } from './options.js';
import { formatRecord } from './table.js';

/** Names that a filter's error offers. */
const OFFERED_NAMES = 3;

/**
 * `bench kernels | steps | sweep | scaling | process | order`: measures the machine's limits, then figures one after another, each printed at
 * once. `bench machines NETWORK`: foretells what more machines would bring. `bench table FILE`: writes such figures as Markdown.
 *
 * @returns the exit code
 * @throws UserError for wrong usage
 */
export async function runBenchCommand(args: readonly string[], streams: Streams): Promise<number> {
  const command = await parseBenchArguments(args, streams);
  if (command === null) return EXIT_CODES.done;
  if (command.suite === 'table') {
    streams.out.write(formatRecord(command));
    return EXIT_CODES.done;
  }
  if (command.suite === 'machines') await runMachinesCommand(command, streams);
  else await measure(command, streams);
  return EXIT_CODES.done;
}

async function measure(command: MeasureCommand, streams: Streams): Promise<void> {
  const cores = countCores();
  const cases = selectCases(command, cores);
  // Training takes its kernels from there.
  if (command.isa !== undefined) process.env[KERNELS_VARIABLE] = command.isa;
  const bench = new Workbench(loadKernels(chooseKernelName()).name, command.quick ? QUICK : THOROUGH);
  const warning = warnOfMissingAddon();
  if (warning) streams.err.write(`${warning}\n`);
  const peers = command.peer ? await findPeers(cases, streams) : null;
  try {
    streams.err.write(`${describeConditions(bench, cores, peers)}\n`);
    const figures = await printFigures(command, cases, { bench, cores, peers, streams });
    if (command.plot !== undefined) await writeCharts(command.plot, figures, cores);
  } finally {
    await peers?.close();
    await bench.close();
  }
}

async function writeCharts(folder: string, figures: readonly Figure[], cores: number): Promise<void> {
  for (const chart of chartScaling(listScalingSeries(cores), figures, cores)) {
    await writeTextFile(join(folder, `scaling-${chart.id}.svg`), formatStandalone(chart), '--plot');
  }
}

function selectCases({ suite, filter, quick }: MeasureCommand, cores: number): Case[] {
  const all = SUITES[suite].listCases(cores);
  if (filter === undefined) return quick ? all.filter(({ slow }) => !slow) : all;
  const selected = all.filter(({ name }) => name.includes(filter));
  if (selected.length > 0) return selected;
  const names = sortByDistance(filter, [...new Set(all.map(({ name }) => name))]);
  throw new UserError(
    `bench ${suite}: --filter: expected a part of a figure's name, found '${filter}'. ` +
      `The nearest names: ${names.slice(0, OFFERED_NAMES).join(', ')}.`,
  );
}

async function findPeers(cases: readonly Case[], streams: Streams): Promise<Peers> {
  const kinds = cases.flatMap(({ counterpart }) =>
    counterpart && 'job' in counterpart ? [counterpart.job.kind] : [],
  );
  return Peers.find(kinds, (line) => streams.err.write(`bench: ${line}.\n`));
}

function describeConditions({ kernels }: Workbench, cores: number, peers: Peers | null): string {
  const beside = peers && peers.names.length > 0 ? `, beside ${peers.names.join(' and ')}` : '';
  return `bench: kernels ${kernels}, ${cores} ${cores === 1 ? 'core' : 'cores'}${beside}`;
}

async function printFigures(
  { json }: MeasureCommand,
  cases: readonly Case[],
  {
    bench,
    cores,
    peers,
    streams,
  }: { bench: Workbench; cores: number; peers: Peers | null; streams: Streams },
): Promise<Figure[]> {
  const figures: Figure[] = [];
  const lines = new FigureLines(cases, peers !== null && peers.names.length > 0, widthOf(streams.out));
  const print = (figure: Figure) => {
    figures.push(figure);
    streams.out.write(json ? `${JSON.stringify(figure)}\n` : lines.formatFigure(figure));
  };
  if (!json) streams.out.write(lines.formatTitles());
  const limits = await measureLimits(bench, cores);
  const warning = warnOfBusyMachine(limits ?? []);
  if (warning) streams.err.write(`${warning}\n`);
  for (const figure of describeLimits(limits ?? [], bench.kernels)) print(figure);
  for await (const figure of measureCases(cases, { bench, limits, peers })) print(figure);
  return figures;
}
