import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findPackageRoot } from '../core/paths.js';
import type { RunSpec } from '../run/spec.js';
import type { Case } from './case.js';
import { countCost } from './network-cost.js';
import { HYPERPARAMETERS } from './network-rate.js';
import { type BenchNetwork, listNetworks } from './networks.js';
import type { StartJob } from './start-job.js';

/** Networks whose start is measured, and their data: null for images of noise. */
const STARTS: Readonly<Record<string, 'mnist' | null>> = { BASE: 'mnist', 'SK-1': 'mnist', 'VGG-16': null };
const CLASSES = 10;

/** `start/BASE`: from a process's start to the end of its first training step, on all cores. */
export function listStartCases(cores: number): Case[] {
  return listNetworks()
    .filter(({ name }) => Object.hasOwn(STARTS, name))
    .map((network) => makeStartCase(network, STARTS[network.name]!, cores));
}

function makeStartCase(network: BenchNetwork, dataset: string | null, cores: number): Case {
  const { flops, bytes } = countCost(network, 'step');
  return {
    name: `start/${network.name}`,
    threads: cores,
    unit: 'starts',
    flops: flops * network.batchSize,
    bytes: bytes * network.batchSize,
    measure: async ({ effort }) => {
      const job = makeJob(network, dataset, cores);
      return Array.from({ length: effort.rounds }, () => 1000 / timeStart(job));
    },
    peerJob: null,
    peerUnits: 1,
  };
}

function makeJob({ network, batchSize }: BenchNetwork, dataset: string | null, workers: number): StartJob {
  const spec: RunSpec = { network, batchSize, epochs: 1, ...HYPERPARAMETERS };
  if (dataset !== null) return { spec: { ...spec, dataset }, workers, noise: null };
  const counts = { train: batchSize, test: 1 };
  return { spec: { ...spec, dataset: 'noise' }, workers, noise: [network.input, CLASSES, counts] };
}

/** Milliseconds until a new process has trained one step. */
function timeStart(job: StartJob): number {
  const module = pathToFileURL(join(findPackageRoot(), 'dist', 'src', 'bench', 'start-job.js')).href;
  const program = `import { trainFirstStep } from '${module}'; await trainFirstStep(${JSON.stringify(job)});`;
  const start = performance.timeOrigin + performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  const end = Number.parseFloat(stdout);
  if (status !== 0 || Number.isNaN(end)) throw new Error(`A process that trains one step failed:\n${stderr}`);
  return end - start;
}
