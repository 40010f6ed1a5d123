import { readFileSync } from 'node:fs';
import { train } from '../train.js';
import { callInOwnProcess, drawImages, type OwnTraining } from './own-process.js';

export interface OwnCostTask extends OwnTraining {
  /** Whether it ends with its first step. */
  readonly onlyFirstStep: boolean;
}

/** What a process of its own took. */
export interface OwnCost {
  /** From when it was asked for until the end of its first step, or of some steps unless that was the only one. */
  readonly milliseconds: number;
  /** Millions of bytes that were resident at once. */
  readonly peakMegabytes: number;
}

/** What the process tells of itself. */
interface Report {
  /** In milliseconds since 1970. */
  readonly trainedAt: number;
  readonly peakMegabytes: number;
}

/** Starts a process that trains, and waits for its end. */
export async function measureOwnCost(task: OwnCostTask): Promise<OwnCost> {
  const start = readClock();
  const { trainedAt, peakMegabytes } = await callInOwnProcess<Report>('own-cost', 'trainForCost', task);
  return { milliseconds: trainedAt - start, peakMegabytes };
}

/** What that process does. */
export async function trainForCost(task: OwnCostTask): Promise<Report> {
  const { spec, workers, onlyFirstStep } = task;
  const stop = new AbortController();
  let trainedAt: number | undefined;
  await train(onlyFirstStep ? { ...spec, maxIterations: 1 } : spec, {
    workers,
    ...drawImages(task),
    signal: stop.signal,
    onProgress: () => {
      trainedAt ??= readClock();
      // Before anything is evaluated.
      if (onlyFirstStep) stop.abort();
    },
  });
  return { trainedAt: trainedAt!, peakMegabytes: (readPeakKibibytes() * 1024) / 1e6 };
}

/** Milliseconds since 1970, the same in all processes. */
function readClock(): number {
  return performance.timeOrigin + performance.now();
}

function readPeakKibibytes(): number {
  if (process.platform === 'linux') {
    // What getrusage gives also counts what the process was before it became this program.
    const [, peak] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    if (peak !== undefined) return Number(peak);
  }
  return process.resourceUsage().maxRSS;
}
