import type { Kernels } from './kernels.js';

/** What native kernel sets have beside the arithmetic of layers, so that a step's calls come from one call: see native/tape.h. */
export interface Recording {
  /**
   * Calls `calls`, in which the set's kernels do nothing but are noted with their numbers.
   *
   * @returns a function that runs what was noted, in that order; null if there was nothing, or arrays lie outside of shared memory
   * @throws Error if a kernel gives something back, which nobody can know before it runs
   */
  record(calls: () => void): (() => void) | null;
  /**
   * Tasks of a phase that a worker does for as long as there are any, in one call.
   *
   * @param tasks by their numbers; those that `record` gave are done by the call, and it ends before any other
   * @param range one word in shared memory: the worker's tasks that nobody has taken (see TASK_BITS), of which it takes the first and others the last
   * @returns a function that does them and returns how many there were
   */
  joinTasks(tasks: readonly (() => void)[], range: Int32Array): () => number;
  /** A sign of life (see parallel/pulse.ts), as a kernel so that it can be noted among others: counts up words[0], and writes words[1] = place. */
  bindBeat(kernel: { readonly words: Int32Array }): (place: number) => void;
}

/** The reference's is null: it is all JavaScript. */
export function findRecording(kernels: Kernels): Recording | null {
  return 'record' in kernels ? (kernels as Kernels & Recording) : null;
}
