import { UserError } from '../core/errors.js';
import { MAX_THREADS } from '../parallel/pool.js';

/** How a machine is shared among the runs of a sweep. */
export interface Threads {
  /** Of one run. */
  readonly workers: number;
  /** Runs side by side. */
  readonly parallel: number;
}

/** What the user says of the threads. */
export type ThreadWishes = { readonly [Key in keyof Threads]?: number | undefined };

/**
 * Fills the machine where the user does not say otherwise. Small networks are fastest with one thread a run; where fewer
 * runs are missing than there are cores, each gets several.
 *
 * @param missing runs still to do; more than that never run side by side
 * @throws UserError if that is more threads than MAX_THREADS
 */
export function chooseThreads(asked: ThreadWishes, cores: number, missing: number): Threads {
  const most = Math.max(1, missing);
  const parallel = Math.min(most, asked.parallel ?? Math.max(1, Math.floor(cores / (asked.workers ?? 1))));
  const workers = asked.workers ?? Math.max(1, Math.floor(cores / parallel));
  if (workers * parallel > MAX_THREADS) {
    throw new UserError(
      `threads: expected at most ${MAX_THREADS} threads in all, found ${workers} workers × ${parallel} runs side by side. ` +
        'Lower --workers or --parallel.',
    );
  }
  return { parallel, workers };
}
