import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Case } from '../bench/case.js';
import { QUICK, THOROUGH } from '../bench/effort.js';
import type { Figure } from '../bench/figure.js';
import { describeLimits, measureLimits, warnOfBusyMachine } from '../bench/machine.js';
import { measureCases } from '../bench/measure.js';
import { PEER_PYTHONS, Peer } from '../bench/peer.js';
import { listScalingSeries } from '../bench/scaling-cases.js';
import { plotScaling } from '../bench/scaling-plot.js';
import { SUITES } from '../bench/suites.js';
import { Workbench } from '../bench/workbench.js';
import { sortByDistance, UserError } from '../core/errors.js';
import { chooseKernelName, KERNELS_VARIABLE, loadKernels, warnOfMissingAddon } from '../kernels/select.js';
import { formatFigure, formatTitles } from './bench-lines.js';
import { type BenchCommand, parseBenchArguments } from './bench-options.js';
import { EXIT_CODES } from './exit.js';
import type { Streams } from './streams.js';

/** Names that a filter's error offers. */
const OFFERED_NAMES = 3;

/**
 * `bench kernels | steps | sweep | scaling`: measures the machine's limits, then figures one after another, each printed at once.
 *
 * @returns the exit code
 * @throws UserError for wrong usage
 */
export async function runBenchCommand(args: readonly string[], streams: Streams): Promise<number> {
  const command = await parseBenchArguments(args, streams);
  if (command === null) return EXIT_CODES.done;
  const cores = availableParallelism();
  const cases = selectCases(command, cores);
  // Training takes its kernels from there.
  if (command.isa !== undefined) process.env[KERNELS_VARIABLE] = command.isa;
  const bench = new Workbench(loadKernels(chooseKernelName()).name, command.quick ? QUICK : THOROUGH);
  const warning = warnOfMissingAddon();
  if (warning) streams.err.write(`${warning}\n`);
  const peer = command.peer ? await findPeer(streams) : null;
  try {
    streams.err.write(`${describeConditions(bench, cores, peer)}\n`);
    const figures = await printFigures(command, cases, { bench, cores, peer, streams });
    if (command.svg !== undefined)
      writeFileSync(command.svg, plotScaling(listScalingSeries(cores), figures, cores));
    return EXIT_CODES.done;
  } finally {
    await peer?.close();
    await bench.close();
  }
}

function selectCases({ suite, filter, quick }: BenchCommand, cores: number): Case[] {
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

async function findPeer(streams: Streams): Promise<Peer | null> {
  const peer = await Peer.find();
  if (!peer) {
    streams.err.write(`bench: no Python with torch (${PEER_PYTHONS.join(', ')}); going on without a peer.\n`);
  }
  return peer;
}

function describeConditions({ kernels }: Workbench, cores: number, peer: Peer | null): string {
  const beside = peer ? `, beside ${peer.name}` : '';
  return `bench: kernels ${kernels}, ${cores} ${cores === 1 ? 'core' : 'cores'}${beside}`;
}

async function printFigures(
  { json }: BenchCommand,
  cases: readonly Case[],
  { bench, cores, peer, streams }: { bench: Workbench; cores: number; peer: Peer | null; streams: Streams },
): Promise<Figure[]> {
  const figures: Figure[] = [];
  const print = (figure: Figure) => {
    figures.push(figure);
    streams.out.write(json ? `${JSON.stringify(figure)}\n` : formatFigure(figure));
  };
  if (!json) streams.out.write(formatTitles());
  const limits = await measureLimits(bench, cores);
  const warning = warnOfBusyMachine(limits ?? []);
  if (warning) streams.err.write(`${warning}\n`);
  for (const figure of describeLimits(limits ?? [])) print(figure);
  for await (const figure of measureCases(cases, { bench, limits, peer })) print(figure);
  return figures;
}
