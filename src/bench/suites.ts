import type { Case } from './case.js';
import { listEpochCases } from './epoch-cases.js';
import { listKernelCases } from './kernel-cases.js';
import { listOrderCases } from './order-cases.js';
import { listProcessCases } from './process-cases.js';
import { listScalingSeries } from './scaling-cases.js';
import { listStepCases } from './step-cases.js';
import { listSweepCases } from './sweep-cases.js';

/** What can be benchmarked: each suite's name, what it is, and its cases on a machine with so many cores. */
export const SUITES = {
  kernels: {
    description: 'products and convolutions, on one thread but for the narrow ones',
    listCases: listKernelCases,
  },
  steps: {
    description: 'training steps and evaluation of whole networks, on one worker and on all cores',
    listCases: listStepCases,
  },
  epochs: {
    description: 'a new process epoch by epoch, until it has come up to its speed',
    listCases: listEpochCases,
  },
  sweep: {
    description: 'runs side by side; all cores beside one; more workers than cores',
    listCases: listSweepCases,
  },
  scaling: {
    description: "an image's training time against width, mini-batch and workers",
    listCases: (cores: number): Case[] =>
      listScalingSeries(cores).flatMap(({ points }) => points.map((point) => point.case)),
  },
  process: {
    description: 'what a process of its own takes: memory, and time until its first step is done',
    listCases: listProcessCases,
  },
  order: {
    description: 'what the fixed order of sums costs: the share of the speed without it',
    listCases: listOrderCases,
  },
} as const;

export type SuiteName = keyof typeof SUITES;
