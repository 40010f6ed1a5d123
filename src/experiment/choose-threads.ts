/** How a machine is shared among the runs of a sweep. */
export interface Threads {
  /** Of one run. */
  readonly workers: number;
  /** Runs side by side. */
  readonly parallel: number;
}

/**
 * Fills the machine where the user does not say otherwise. Small networks are fastest with one thread a run; where fewer
 * runs are missing than there are cores, each gets several.
 *
 * @param missing runs still to do; more than that never run side by side
 */
export function chooseThreads(
  asked: { readonly workers?: number | undefined; readonly parallel?: number | undefined },
  cores: number,
  missing: number,
): Threads {
  const most = Math.max(1, missing);
  const parallel = Math.min(most, asked.parallel ?? Math.max(1, Math.floor(cores / (asked.workers ?? 1))));
  return { parallel, workers: asked.workers ?? Math.max(1, Math.floor(cores / parallel)) };
}
