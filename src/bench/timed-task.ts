import { loadKernels } from '../kernels/select.js';
import { Barrier } from '../parallel/barrier.js';
import { bindJob, type Job } from './jobs.js';

/** One thread's part of a measurement; all threads work at once. */
export interface TimedTask {
  readonly job: Job;
  readonly kernels: string;
  readonly thread: number;
  readonly threads: number;
  /** Words of the barrier; the same memory in every thread. */
  readonly control: Int32Array;
  /** How many runs make one round, as the first thread finds. */
  readonly runs: Int32Array;
  readonly rounds: number;
  /** Least time of one round. */
  readonly seconds: number;
}

/** More runs than this would make one round of even the smallest job too long. */
const MAX_RUNS = 1_000_000;

/**
 * What a timing thread does: binds its job, warms up, then times rounds between barriers.
 *
 * @returns of each round, the time of one run by all threads
 */
export default function timeJob(task: TimedTask): number[] {
  const barrier = new Barrier(task.control, task.threads);
  const meet = () => barrier.wait();
  const run = bindJob(task.job, loadKernels(task.kernels), meet);
  run();
  const runs = countRuns(run, meet, task);
  const secondsPerRun: number[] = [];
  for (let round = 0; round < task.rounds; round++) {
    meet();
    const start = performance.now();
    for (let i = 0; i < runs; i++) run();
    meet();
    secondsPerRun.push((performance.now() - start) / 1000 / runs);
  }
  return secondsPerRun;
}

/** How many runs fill the time, as the first thread finds; they are warm-up too. */
function countRuns(run: () => void, meet: () => void, { runs: found, thread, seconds }: TimedTask): number {
  meet();
  const end = performance.now() + 1000 * seconds;
  for (let runs = 1; ; runs++) {
    run();
    if (thread === 0 && (performance.now() >= end || runs === MAX_RUNS)) found[0] = runs;
    // Once before anybody reads it, and once before the first thread may write again.
    meet();
    const done = found[0] !== 0;
    meet();
    if (done) return runs;
  }
}
