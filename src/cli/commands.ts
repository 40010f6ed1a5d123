import type { Main } from './exit.js';

/** A command of the program: `convoy sweep`, or `node scripts/sweep.js` in a clone. */
export interface ProgramCommand {
  /** What it does, in a line. */
  readonly summary: string;
  /** Whether the processes that `mpirun` starts do it together, once. */
  readonly runsOnRanks?: true;
  readonly load: () => Promise<{ readonly main: Main }>;
}

/** All commands by their names, in the order in which the help lists them. Each has a script of its name in `scripts/`. */
export const COMMANDS: Readonly<Record<string, ProgramCommand>> = {
  sweep: {
    summary: 'trains the points of a grid that are not recorded',
    load: () => import('./sweep/sweep.js'),
  },
  train: { summary: 'trains one network', runsOnRanks: true, load: () => import('./train/train.js') },
  work: { summary: 'trains points that sweeps have put into a queue', load: () => import('./work/work.js') },
  predict: { summary: 'says what trained networks take images for', load: () => import('./predict.js') },
  evaluate: {
    summary: 'measures the errors of trained networks',
    load: () => import('./evaluate/evaluate.js'),
  },
  export: { summary: 'writes a trained network as an ONNX file', load: () => import('./export.js') },
  import: { summary: 'reads a network from an ONNX file', load: () => import('./import.js') },
  features: { summary: 'draws kernels and feature maps', load: () => import('./features/features.js') },
  filter: { summary: 'filters an image with a kernel', load: () => import('./filter.js') },
  describe: { summary: 'prints the layers of a network', load: () => import('./describe/describe.js') },
  check: {
    summary: 'checks that a network begins and learns as it should',
    load: () => import('./check.js'),
  },
  data: { summary: 'gets, verifies and shows data sets', load: () => import('./data/data.js') },
  runs: { summary: 'looks after what is recorded', load: () => import('./runs/runs.js') },
  dashboard: {
    summary: 'shows recorded runs in the browser, live',
    load: () => import('./dashboard/dashboard.js'),
  },
  report: { summary: 'writes a page on recorded runs', load: () => import('./report/report.js') },
  bench: { summary: 'measures how fast this machine is', load: () => import('./bench/bench.js') },
  'train-task': {
    summary: 'trains one point of a sweep, as a task of Slurm',
    load: () => import('./train-task.js'),
  },
  'build-native': {
    summary: 'compiles the native kernels on this machine',
    load: () => import('./build-native.js'),
  },
};
