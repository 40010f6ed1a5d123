import { cpus } from 'node:os';
import { PROBE_FLOATS } from '../kernels/constants.js';
import { findProbes, PEAK_ROUNDS } from '../kernels/probes.js';
import { loadKernels } from '../kernels/select.js';
import type { Effort } from './effort.js';
import type { Figure } from './figure.js';
import { drawFloats } from './floats.js';
import type { Job } from './jobs.js';
import type { Workbench } from './workbench.js';

/** What so many of the machine's cores can do at best. */
export interface Limits {
  readonly threads: number;
  /** Fused multiply-adds of the kernel set, as billions of floating-point operations a second. */
  readonly gflops: number;
  readonly gigabytesPerSecond: number;
}

/** Of each array and thread: 32 MiB, so that three of them are more than a core's part of any cache. */
const STREAM_FLOATS = 8 * 1024 * 1024;
/** As STREAM counts: two arrays read, one written; that a line is read before it is written does not count. */
const STREAM_BYTES = 3 * 4 * STREAM_FLOATS;
/** A limit is the best of many short rounds: longer ones would all meet something of what else goes on. */
const LIMIT_EFFORT: Effort = { rounds: 25, kernelSeconds: 0.01, networkSeconds: 0, courseSeconds: 0 };

/** Of each core's peak, that all cores keep together on a machine with nothing else to do. */
const LEAST_SHARE = 0.9;

/** Measures the limits of one core and of all at once; null if the kernel set has no probes for that. */
export async function measureLimits(bench: Workbench, cores: number): Promise<readonly Limits[] | null> {
  const probes = findProbes(loadKernels(bench.kernels));
  if (!probes) return null;
  const peakFlops = probes.bindProbePeak({ ends: drawFloats(PROBE_FLOATS) })(PEAK_ROUNDS);
  const limits: Limits[] = [];
  for (const threads of new Set([1, cores])) {
    const best = async (job: Job) => {
      const jobs = Array.from({ length: threads }, () => job);
      return Math.min(...(await bench.crew(threads).time(jobs, LIMIT_EFFORT)));
    };
    const peakSeconds = await best({ kind: 'peak', rounds: PEAK_ROUNDS });
    const streamSeconds = await best({ kind: 'stream', floats: STREAM_FLOATS });
    limits.push({
      threads,
      gflops: (threads * peakFlops) / peakSeconds / 1e9,
      gigabytesPerSecond: (threads * STREAM_BYTES) / streamSeconds / 1e9,
    });
  }
  return limits;
}

/** The limits for work on so many threads: more threads than cores have all cores and no more. */
export function limitsFor(limits: readonly Limits[], threads: number): Limits {
  return limits.find((candidate) => candidate.threads === threads) ?? limits.at(-1)!;
}

/** A line of warning if all cores together do much less than as many times one of them; else null. */
export function warnOfBusyMachine(limits: readonly Limits[]): string | null {
  const [one, all] = limits;
  if (!one || !all) return null;
  const times = all.gflops / one.gflops;
  if (times >= LEAST_SHARE * all.threads) return null;
  return (
    `warning: ${all.threads} threads together have ${times.toFixed(2)} times the peak of one; something else is at work on this ` +
    'machine, or its cores share their arithmetic. Figures on several threads say little.'
  );
}

/** Limits as figures, under the name `machine`. */
export function describeLimits(limits: readonly Limits[], kernels: string): Figure[] {
  return limits.map(({ threads, gflops, gigabytesPerSecond }) => ({
    name: 'machine',
    threads,
    kernels,
    gflops,
    shareOfPeak: 1,
    gigabytesPerSecond,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    node: process.versions.node,
  }));
}
