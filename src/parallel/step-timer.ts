import type { Batch, Pass } from '../layers/pass.js';
import type { Phase } from '../network/phases.js';

/** What a profile knows of a pass before any of it has run. */
export interface PassOutline {
  /** Null for what belongs to no layer. */
  readonly layer: string | null;
  readonly name: string;
  /** Of the whole mini-batch, of which it may go over one shard. */
  readonly multiplyAddsPerImage: number;
  /** Which of the step's phases it is in; workers meet at a barrier after each. */
  readonly phase: number;
}

/** First words of a worker's times; the passes' follow, in order, and then those at the phases' barriers. All are sums, in milliseconds. */
export const TIMES = {
  /** Steps that were timed, and their images: each is counted by one of the workers. */
  steps: 0,
  images: 1,
  /** Of all steps, those with them that the worker took no part in. */
  total: 2,
  /** The longest time at one barrier. */
  longestWait: 3,
} as const;

export const TIMES_HEADER = 4;

/** Steps that may differ from the rest, as memory is touched first and JavaScript compiled: so many, of a short run its tenth part. */
const MAX_WARM_UP_STEPS = 20;
const WARM_UP_SHARE = 0.1;

/** The passes of a step in the order of their times. */
export function outlinePasses(phases: readonly Phase[]): PassOutline[] {
  return phases.flatMap(({ strands }, phase) =>
    strands.flatMap(({ passes, share = 1 }) =>
      passes.map(({ name = '', layer, products = 0 }) => ({
        layer: layer?.name ?? null,
        name,
        multiplyAddsPerImage: layer ? share * products * layer.multiplyAddsPerImage : 0,
        phase,
      })),
    ),
  );
}

/** Times a worker's part of every pass, and its waiting behind every phase, into memory that the coordinator reads. */
export class StepTimer {
  /** The same passes, each timed around every task. */
  readonly phases: readonly Phase[];
  readonly #times: Float64Array;
  readonly #firstWait: number;
  readonly #warmUpSteps: number;
  #phase = 0;
  #isWarm = false;
  #start = 0;
  #waitStart = 0;

  /**
   * @param times this worker's, see TIMES
   * @param steps of the whole run
   */
  constructor(phases: readonly Phase[], times: Float64Array, steps: number) {
    let at = TIMES_HEADER;
    this.phases = phases.map(({ strands }) => ({
      strands: strands.map(({ passes, ...strand }) => ({
        ...strand,
        passes: passes.map((pass) => timePass(pass, times, at++)),
      })),
    }));
    this.#times = times;
    this.#firstWait = at;
    this.#warmUpSteps = Math.min(MAX_WARM_UP_STEPS, Math.floor(WARM_UP_SHARE * steps));
  }

  /** Before a stretch of steps, and behind it. */
  begin(): void {
    this.#start = performance.now();
  }

  end(): void {
    this.#times[TIMES.total]! += performance.now() - this.#start;
  }

  /** Before the worker's first task of a step. */
  beginStep({ step }: Batch): void {
    if (this.#isWarm || step < this.#warmUpSteps) return;
    this.#isWarm = true;
    this.#times.fill(0);
    this.begin();
  }

  /** Behind the beginning of a step, by one of the workers. Another one's memory may keep what it had counted before all was warm, so that is not counted. */
  countStep({ step, size }: Batch): void {
    if (step < this.#warmUpSteps) return;
    this.#times[TIMES.steps]! += 1;
    this.#times[TIMES.images]! += size;
  }

  /** Before the worker's first task of a phase. */
  enterPhase(phase: number): void {
    this.#phase = phase;
  }

  /** Around the time that the worker waits behind the phase. */
  beginWait(): void {
    this.#waitStart = performance.now();
  }

  endWait(): void {
    const waited = performance.now() - this.#waitStart;
    this.#times[this.#firstWait + this.#phase]! += waited;
    this.#times[TIMES.longestWait] = Math.max(this.#times[TIMES.longestWait]!, waited);
  }
}

function timePass(pass: Pass, times: Float64Array, at: number): Pass {
  const time = (run: (...args: unknown[]) => void) => {
    return (...args: unknown[]): void => {
      const start = performance.now();
      run(...args);
      times[at]! += performance.now() - start;
    };
  };
  const { begin } = pass;
  return {
    ...pass,
    // Else its calls would be noted without the looks at the clock around them.
    varies: true,
    run: time(pass.run as (...task: unknown[]) => void),
    ...(begin ? { begin: time(begin as (...args: unknown[]) => void) } : {}),
  } as Pass;
}
