/** Words of a run's control memory. */
export const CONTROL = {
  /** Workers that have arrived at the barrier. */
  arrived: 0,
  /** Goes up each time the barrier opens. */
  generation: 1,
  /** Not 0 once a worker has failed: nobody waits for it. */
  failed: 2,
  /** Not 0 once the coordinator wants the run to end. */
  abort: 3,
  /** Not 0 once all workers are to stop after this step: bits of STOP. Set before a step's last barrier, read after it. */
  stop: 4,
  /** Steps of this epoch that are done. */
  step: 5,
  /** Of a run that is to stop once its weights rest: the last step in which one moved, from 1 over the whole training. */
  moved: 6,
  /** Not 0 once the coordinator wants the workers to come back after their step, for instance to copy what they have got to. */
  pause: 7,
  /** Not 0 once this rank is asked to end: what all of them then do together. Of a run without ranks `abort` says so. */
  asked: 8,
  /** Not 0 once another rank has been silent for too long. */
  lost: 9,
} as const;

export const CONTROL_WORDS = 16;

/** Why a run stops. Bits, since several may hold at once, and which worker is the first to see one must not matter. */
export const STOP = {
  aborted: 1,
  lossNotFinite: 2,
  parameterNotFinite: 4,
  atRest: 8,
  paused: 16,
  statisticNotFinite: 32,
} as const;
