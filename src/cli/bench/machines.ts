import type { Command } from 'commander';
import { QUEUE_COSTS } from '../../bench/queue-costs.js';
import { estimateRate, planTraffic, type RankRun } from '../../bench/rank-model.js';
import {
  type SimulatedField,
  type SimulatedPoint,
  type SimulatedRate,
  STATIONS,
  type StationName,
  simulateSweep,
} from '../../bench/simulated-sweep.js';
import { NO_PLUGINS } from '../../plugins/plugins.js';
import { DEFAULT_PARALLEL, MOST_PARALLEL } from '../../queue/queue-executor.js';
import { formatBytes, formatCount, formatDuration, formatNumber } from '../../report/format-values.js';
import { type Column, formatTable } from '../../report/tables.js';
import { describeSpec } from '../../run/describe.js';
import { parseCount } from '../command-line.js';
import { NETWORK_ARGUMENT, resolveNetworkArgument } from '../network-argument.js';
import { type Streams, widthOf } from '../streams.js';

/** What `bench machines` was asked to foretell. */
export interface MachinesCommand {
  readonly suite: 'machines';
  readonly what: string;
  /** Images a second that one machine trains. */
  readonly rate: number;
  /** Images that a run trains on, over all its epochs, and in one of them. */
  readonly images: number;
  readonly epoch: number;
  readonly batchSize: number;
  readonly lanes: number;
  readonly gigabits: number;
  readonly parallel: number;
  readonly json?: true;
}

const HOSTS = [1, 2, 5, 10, 20, 50, 100, 200];
const MACHINES = [1, 2, 4, 8, 16, 32, 64];
/** A second, of networks that people have. */
const GIGABITS = [1, 10, 25];
/** Of a message, from one machine's JavaScript to another's: TCP within a machine room. */
const LATENCY_MS = 0.1;
const MOST_IMAGES = 1e12;
const FLOAT_BYTES = 4;

const NAMES: Readonly<Record<StationName, string>> = {
  processor: "head's processor",
  network: "head's network",
  redis: 'Redis',
};

/** Adds `bench machines` to `bench`. */
export function addMachinesCommand(program: Command, act: (command: MachinesCommand) => void): void {
  const count = (option: string, most: number) => (text: string) => parseCount(option, text, most);
  program
    .command('machines')
    .description('what more machines would bring, by a simulation with measured costs; trains nothing')
    .argument('<network>', NETWORK_ARGUMENT)
    .requiredOption('--rate <n>', 'images a second that one machine trains', count('--rate', MOST_IMAGES))
    .option(
      '--images <n>',
      'images that a run trains on, over all epochs',
      count('--images', MOST_IMAGES),
      600_000,
    )
    .option(
      '--epoch <n>',
      'of them in an epoch, after which a state is saved',
      count('--epoch', MOST_IMAGES),
      60_000,
    )
    .option('--batch-size <n>', 'images in a mini-batch', count('--batch-size', MOST_IMAGES), 1024)
    .option('--lanes <n>', 'runs side by side on a machine of a sweep', count('--lanes', 256), 1)
    .option('--gigabits <n>', "of the head's network, a second", count('--gigabits', 1000), 1)
    .option('--parallel <n>', "as of the head's sweep", count('--parallel', MOST_PARALLEL), DEFAULT_PARALLEL)
    .option('--json', 'one JSON object a line of the tables on standard output, and nothing else there')
    .action((what: string, flags: Omit<MachinesCommand, 'suite' | 'what'>) =>
      act({ suite: 'machines', what, ...flags }),
    );
}

/**
 * `bench machines NETWORK`: a sweep by a queue on 1 to 200 hosts, and one run over 1 to 64 machines.
 *
 * @throws UserError if there is no such network
 */
export async function runMachinesCommand(command: MachinesCommand, streams: Streams): Promise<void> {
  const { what, json, batchSize, rate } = command;
  const spec = await resolveNetworkArgument('bench machines', what, []);
  const networkBytes = FLOAT_BYTES * describeSpec(spec, NO_PLUGINS).parameters;
  const run: RankRun = { network: spec.network, batchSize, machineRate: rate, latencyMs: LATENCY_MS };
  const sweep = HOSTS.map((hosts) => ({ hosts, ...simulate(command, networkBytes, hosts) }));
  const ranks = MACHINES.map((machines) => ({
    machines,
    bytesAStep: planTraffic(run, machines).bytes,
    imagesASecond: Object.fromEntries(
      GIGABITS.map((gigabits) => [gigabits, estimateRate(run, machines, gigabits)]),
    ),
  }));
  if (json) {
    for (const row of [...sweep, ...ranks]) streams.out.write(`${JSON.stringify(row)}\n`);
    return;
  }
  const width = widthOf(streams.out);
  streams.out.write(
    `${describeSweep(command, networkBytes)}\n\n${formatSweep(sweep, width)}\n${explainLimit(sweep, command)}\n\n`,
  );
  streams.out.write(`${describeRun(run, what)}\n\n${formatRanks(ranks, width)}`);
}

function simulate(
  { images, epoch, rate, lanes, gigabits, parallel }: MachinesCommand,
  networkBytes: number,
  hosts: number,
) {
  const laneRate = rate / lanes;
  const point: SimulatedPoint = {
    trainSeconds: images / laneRate,
    networkBytes,
    stateSeconds: epoch / laneRate,
  };
  const field: SimulatedField = { hosts, lanes, openPoints: parallel, gigabits };
  return simulateSweep(point, field, QUEUE_COSTS);
}

type SweepRow = SimulatedRate & { readonly hosts: number };

function describeSweep(
  { what, images, rate, lanes, gigabits, epoch }: MachinesCommand,
  networkBytes: number,
): string {
  const each = `${lanes === 1 ? 'one run' : `${lanes} runs`} at a time on each host`;
  return (
    `A sweep by a queue: points of ${formatCount(images)} images by ${what}, ${each}, ${formatDuration((images * lanes) / rate)} a run; ` +
    `networks of ${formatBytes(networkBytes)}, a state every ${formatDuration((epoch * lanes) / rate)}; ${gigabits} Gb/s at the head.`
  );
}

const COUNT: Omit<Column, 'title'> = { align: 'right' };

function formatSweep(rows: readonly SweepRow[], width: number): string {
  const titles = ['hosts', 'points/h', 'at most', ...STATIONS.map((name) => NAMES[name]), 'longest silence'];
  return formatTable(
    titles.map((title) => ({ title, ...COUNT })),
    rows.map(({ hosts, pointsAnHour, boundAnHour, busy, silentSeconds }) => [
      String(hosts),
      formatRate(pointsAnHour),
      formatRate(boundAnHour),
      ...STATIONS.map((name) => `${formatNumber(100 * busy[name], 0)}%`),
      `${formatNumber(silentSeconds, 1)} s`,
    ]),
    width,
  );
}

/** Of so much of its time a station is as busy as it can be. */
const FULL = 0.95;

/** Where more hosts bring no more, and why. */
function explainLimit(rows: readonly SweepRow[], { lanes, parallel }: MachinesCommand): string {
  const full = rows.find(({ busy }) => STATIONS.some((name) => busy[name] >= FULL));
  if (full) {
    const name = STATIONS.find((station) => full.busy[station] >= FULL)!;
    return `The ${NAMES[name].replace('Redis', 'one core of Redis')} is as busy as it can be with ${full.hosts} hosts.`;
  }
  const last = rows.at(-1)!;
  if (last.hosts * lanes > parallel)
    return `No more than ${formatCount(parallel)} points are in training at a time: --parallel of the sweep.`;
  const [name] = [...STATIONS].sort((a, b) => last.busy[b] - last.busy[a]);
  return `Nothing is full with ${last.hosts} hosts; the ${NAMES[name!]} would be the first.`;
}

interface RankRow {
  readonly machines: number;
  readonly bytesAStep: number;
  readonly imagesASecond: Readonly<Record<number, number>>;
}

function describeRun({ batchSize, machineRate, latencyMs }: RankRun, what: string): string {
  return (
    `One run over machines, a shard on each: ${what} in mini-batches of ${formatCount(batchSize)}, ${formatCount(machineRate)} images/s by one machine, ` +
    `${latencyMs} ms a message. Images a second, for the network of each machine:`
  );
}

function formatRanks(rows: readonly RankRow[], width: number): string {
  const titles = ['machines', 'MB received a step', ...GIGABITS.map((gigabits) => `${gigabits} Gb/s`)];
  return formatTable(
    titles.map((title) => ({ title, ...COUNT })),
    rows.map(({ machines, bytesAStep, imagesASecond }) => [
      String(machines),
      formatNumber(bytesAStep / 1e6, 1),
      ...GIGABITS.map((gigabits) => formatCount(imagesASecond[gigabits])),
    ]),
    width,
  );
}

/** Of slow points with their first digits. */
function formatRate(anHour: number): string {
  return anHour < 100 ? formatNumber(anHour, 1) : formatCount(anHour);
}
