import { countCores } from '../core/count-cores.js';
import type { SharedRun, StepOutline } from '../parallel/protocol.js';
import type { RunThreads } from '../parallel/run-threads.js';
import { type PassOutline, TIMES, TIMES_HEADER } from '../parallel/step-timer.js';

/** Where the time of a run's training steps went. Times are means over the steps that were timed, and over the workers. */
export interface TrainingProfile {
  readonly kernels: string;
  readonly workers: number;
  /** Steps that were timed: all but the first tenth, at most 20; of a run that has gone on from a checkpoint, those since. */
  readonly steps: number;
  readonly imagesPerStep: number;
  readonly msPerStep: number;
  readonly imagesPerSecond: number;
  /** By the definition of the layers' products, whatever the kernels add or leave out. */
  readonly gflops: number;
  /** The fused multiply-add peak of the cores at work, measured just before the run; null if the kernel set cannot measure it. */
  readonly peakGflops: number | null;
  readonly shareOfPeak: number | null;
  /** In the order of the step. */
  readonly passes: readonly PassProfile[];
  /** In passes, at barriers, and between them: they add up to the step. */
  readonly passMsPerStep: number;
  readonly barrierMsPerStep: number;
  readonly otherMsPerStep: number;
  readonly perWorker: readonly WorkerProfile[];
}

export interface PassProfile {
  /** Null for what belongs to no layer. */
  readonly layer: string | null;
  /** Such as `forward`, `kernel gradient`, `input gradient`. */
  readonly pass: string;
  /** Passes of one phase follow each other without a barrier. */
  readonly phase: number;
  readonly msPerStep: number;
  readonly shareOfStep: number;
  /** Of all workers together, while they are at it; null for passes that only go over memory. */
  readonly gflops: number | null;
  readonly shareOfPeak: number | null;
  /** At the barrier that ends the phase, of its last pass: the workers' mean, and of the worker that waits longest. Else null. */
  readonly barrierMsPerStep: number | null;
  readonly worstBarrierMsPerStep: number | null;
}

export interface WorkerProfile {
  readonly passMsPerStep: number;
  readonly barrierMsPerStep: number;
  /** At any one barrier. */
  readonly longestBarrierMs: number;
}

/** A run's profile in the making: the memory that workers write their times to, and what those times are of. */
export class Profiler {
  /** One array a worker, in shared memory; see TIMES in parallel/step-timer.ts. */
  readonly times: readonly Float64Array[];
  readonly #kernels: string;
  readonly #outline: StepOutline;
  readonly #peakGflops: number | null;

  private constructor(kernels: string, outlines: readonly StepOutline[]) {
    this.#kernels = kernels;
    this.#outline = outlines[0]!;
    this.#peakGflops = addPeaks(outlines);
    const { passes, phases } = this.#outline;
    const bytes = 8 * (TIMES_HEADER + passes.length + phases);
    this.times = outlines.map(() => new Float64Array(new SharedArrayBuffer(bytes)));
  }

  /** Asks the run's workers, before its first step, what a step consists of and what their cores can do. */
  static async open(threads: RunThreads, run: SharedRun): Promise<Profiler> {
    return new Profiler(run.kernels, await threads.outline(run));
  }

  /** What has been timed so far; null before the first step. */
  summarize(): TrainingProfile | null {
    if (sumOf(this.times, TIMES.steps) === 0) return null;
    return summarizeTimes(this.#outline, this.times, this.#peakGflops, this.#kernels);
  }
}

/** More workers than cores have all cores and no more. */
function addPeaks(outlines: readonly StepOutline[]): number | null {
  let sum = 0;
  for (const { peakGflops } of outlines) {
    if (peakGflops === null) return null;
    sum += peakGflops;
  }
  return sum * Math.min(1, countCores() / outlines.length);
}

function sumOf(times: readonly Float64Array[], at: number): number {
  return times.reduce((sum, own) => sum + own[at]!, 0);
}

/**
 * Makes a profile of what workers have timed.
 *
 * @param times of each worker, see TIMES in parallel/step-timer.ts
 * @param peakGflops of all of them together
 */
export function summarizeTimes(
  { passes, phases }: Pick<StepOutline, 'passes' | 'phases'>,
  times: readonly Float64Array[],
  peakGflops: number | null,
  kernels: string,
): TrainingProfile {
  const workers = times.length;
  const steps = sumOf(times, TIMES.steps);
  const imagesPerStep = sumOf(times, TIMES.images) / steps;
  const perStep = (at: number) => times.map((own) => own[at]! / steps);
  const meanPerStep = (at: number) => perStep(at).reduce((sum, ms) => sum + ms, 0) / workers;
  const firstWait = TIMES_HEADER + passes.length;
  const msPerStep = meanPerStep(TIMES.total);
  const shareOfPeak = (gflops: number | null) =>
    gflops === null || peakGflops === null ? null : gflops / peakGflops;

  const profilePass = ({ layer, name, phase, multiplyAddsPerImage }: PassOutline, i: number): PassProfile => {
    const ms = meanPerStep(TIMES_HEADER + i);
    const gflops =
      multiplyAddsPerImage > 0 && ms > 0 ? (2 * multiplyAddsPerImage * imagesPerStep) / ms / 1e6 : null;
    const endsPhase = passes[i + 1]?.phase !== phase;
    return {
      layer,
      pass: name,
      phase,
      msPerStep: ms,
      shareOfStep: ms / msPerStep,
      gflops,
      shareOfPeak: shareOfPeak(gflops),
      barrierMsPerStep: endsPhase ? meanPerStep(firstWait + phase) : null,
      worstBarrierMsPerStep: endsPhase ? Math.max(...perStep(firstWait + phase)) : null,
    };
  };

  const perWorker = times.map((own): WorkerProfile => {
    const add = (first: number, count: number) =>
      own.subarray(first, first + count).reduce((sum, ms) => sum + ms, 0) / steps;
    return {
      passMsPerStep: add(TIMES_HEADER, passes.length),
      barrierMsPerStep: add(firstWait, phases),
      longestBarrierMs: own[TIMES.longestWait]!,
    };
  });
  const mean = (of: (worker: WorkerProfile) => number) =>
    perWorker.reduce((sum, worker) => sum + of(worker), 0) / workers;
  const passMsPerStep = mean((worker) => worker.passMsPerStep);
  const barrierMsPerStep = mean((worker) => worker.barrierMsPerStep);
  const multiplyAdds = passes.reduce((sum, pass) => sum + pass.multiplyAddsPerImage, 0);
  const gflops = (2 * multiplyAdds * imagesPerStep) / msPerStep / 1e6;
  return {
    kernels,
    workers,
    steps,
    imagesPerStep,
    msPerStep,
    imagesPerSecond: (1000 * imagesPerStep) / msPerStep,
    gflops,
    peakGflops,
    shareOfPeak: shareOfPeak(gflops),
    passes: passes.map(profilePass),
    passMsPerStep,
    barrierMsPerStep,
    otherMsPerStep: msPerStep - passMsPerStep - barrierMsPerStep,
    perWorker,
  };
}
