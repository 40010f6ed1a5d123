import type { Batch, Pass } from '../layers/pass.js';
import type { Phase } from '../network/phases.js';

/** Words of a worker's pulse. */
const WORDS = {
  /** Goes up with everything that the worker begins. */
  beats: 0,
  /** What that is: 0 for what has no name, AT_BARRIER, or one more than the pass's number, among those of evaluation past EVALUATION. */
  place: 1,
  /** Both from 0. */
  epoch: 2,
  step: 3,
} as const;

/** A cache line for each worker, so that none waits for another's. */
const WORDS_PER_WORKER = 16;
const AT_BARRIER = -1;
const EVALUATION = 1 << 16;
/** Names of some thousand passes; of a network with more, some have none. */
const NAME_BYTES = 1 << 16;

/** What a run's workers tell of themselves while they work, in shared memory. */
export interface PulseMemory {
  readonly words: Int32Array;
  /** Of the passes, in their order, which is the same for all workers: one a line. */
  readonly names: { readonly train: Uint8Array; readonly evaluate: Uint8Array };
}

export function allocatePulse(workers: number): PulseMemory {
  const allocateNames = () => new Uint8Array(new SharedArrayBuffer(NAME_BYTES));
  return {
    words: new Int32Array(new SharedArrayBuffer(workers * WORDS_PER_WORKER * 4)),
    names: { train: allocateNames(), evaluate: allocateNames() },
  };
}

/** A worker's sign of life, and of where it is: two stores to its own memory for each piece of a pass. */
export class Pulse {
  readonly #words: Int32Array;
  readonly #names: Uint8Array;
  #bytes = 0;
  #place: number;

  /** @param task that the worker does; passes are to be watched in the same order by every worker */
  constructor({ words, names }: PulseMemory, worker: number, task: keyof PulseMemory['names']) {
    this.#words = words.subarray(worker * WORDS_PER_WORKER, (worker + 1) * WORDS_PER_WORKER);
    this.#names = names[task];
    this.#place = task === 'train' ? 0 : EVALUATION;
    this.#words[WORDS.place] = 0;
  }

  /** The same phase, with passes that say when they begin. */
  watchPhase({ strands }: Phase): Phase {
    return {
      strands: strands.map(({ over, passes }) => ({
        over,
        passes: passes.map((pass) => this.watchPass(pass)),
      })),
    };
  }

  /** Likewise. */
  watchPass<P extends Pass>(pass: P): P {
    const place = this.#add(`${pass.layer?.name ?? ''} ${pass.name ?? ''}`.trim());
    const words = this.#words;
    const run = pass.run as (task: unknown, count: unknown) => void;
    const { begin } = pass;
    const beat = () => {
      words[WORDS.place] = place;
      words[WORDS.beats]!++;
    };
    return {
      ...pass,
      run(task: unknown, count: unknown) {
        beat();
        run(task, count);
      },
      ...(begin && {
        begin(worker: number) {
          beat();
          begin(worker);
        },
      }),
    };
  }

  beginStep({ epoch, step }: Batch): void {
    this.#words[WORDS.epoch] = epoch;
    this.#words[WORDS.step] = step;
  }

  /** Before the worker waits for the others. */
  beginWait(): void {
    this.#words[WORDS.place] = AT_BARRIER;
    this.#words[WORDS.beats]!++;
  }

  #add(name: string): number {
    this.#bytes += new TextEncoder().encodeInto(`${name}\n`, this.#names.subarray(this.#bytes)).written;
    return ++this.#place;
  }
}

/** Where a worker is. */
export interface PulseState {
  readonly beats: number;
  readonly isWaiting: boolean;
  /** `conv1 forward`; empty for what has no name. */
  readonly place: string;
  readonly epoch: number;
  readonly step: number;
}

/** Reads a worker's pulse in another thread. */
export function readPulse({ words, names }: PulseMemory, worker: number): PulseState {
  const first = worker * WORDS_PER_WORKER;
  const [beats, place, epoch, step] = Array.from(words.subarray(first, first + 4)) as [
    number,
    number,
    number,
    number,
  ];
  const table = place > EVALUATION ? names.evaluate : names.train;
  const index = place > EVALUATION ? place - EVALUATION : place;
  return {
    beats,
    isWaiting: place === AT_BARRIER,
    // A decoder takes no shared memory.
    place: place > 0 ? (new TextDecoder().decode(table.slice()).split('\n')[index - 1] ?? '') : '',
    epoch,
    step,
  };
}
