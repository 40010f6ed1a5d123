import { loadKernels } from '../kernels/select.js';
import { Barrier } from '../parallel/barrier.js';
import { bindJob, type Job } from './jobs.js';

/** One thread's part of a measurement; all threads work at once. */
export interface TimedTask {
  readonly job: Job;
  readonly kernels: string;
  readonly thread: number;
  readonly threads: number;
  readonly crowded: boolean;
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
  const run = bindJob(task.job, loadKernels(task.kernels));
  const barrier = new Barrier(task.control, task.threads, task.crowded);
  run();
  barrier.wait();
  if (task.thread === 0) task.runs[0] = countRuns(run, task.seconds);
  barrier.wait();
  const runs = task.runs[0]!;
  const secondsPerRun: number[] = [];
  for (let round = 0; round < task.rounds; round++) {
    barrier.wait();
    const start = performance.now();
    for (let i = 0; i < runs; i++) run();
    barrier.wait();
    secondsPerRun.push((performance.now() - start) / 1000 / runs);
  }
  return secondsPerRun;
}

/** How many runs fill the time; they are warm-up too. */
function countRuns(run: () => void, seconds: number): number {
  const end = performance.now() + 1000 * seconds;
  let runs = 0;
  while (performance.now() < end && runs < MAX_RUNS) {
    run();
    runs++;
  }
  return Math.max(1, runs);
}
