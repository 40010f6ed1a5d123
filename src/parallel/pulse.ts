import type { Kernels } from '../kernels/kernels.js';
import { findRecording } from '../kernels/recording.js';
import type { Batch } from '../layers/pass.js';
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

/** Two pairs of cache lines for each worker, wherever the memory begins, so that none waits for another's. */
const WORDS_PER_WORKER = 64;
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
  readonly #beat: (place: number) => void;
  readonly #names: Uint8Array;
  #bytes = 0;
  #place: number;

  /**
   * @param task that the worker does; passes are to be watched in the same order by every worker
   * @param kernels whose calls may be noted, and those of this with them
   */
  constructor(
    { words, names }: PulseMemory,
    worker: number,
    task: keyof PulseMemory['names'],
    kernels: Kernels,
  ) {
    const own = words.subarray(worker * WORDS_PER_WORKER, (worker + 1) * WORDS_PER_WORKER);
    this.#words = own;
    this.#beat = findRecording(kernels)?.bindBeat({ words: own }) ?? ((place) => beat(own, place));
    this.#names = names[task];
    this.#place = task === 'train' ? 0 : EVALUATION;
  }

  /** The same phase, whose passes are told of when they begin. */
  watchPhase({ strands }: Phase): Phase {
    return {
      strands: strands.map(({ passes, ...strand }) => {
        const first = this.#place + 1;
        for (const { layer, name } of passes) this.#add(`${layer?.name ?? ''} ${name ?? ''}`.trim());
        return { ...strand, passes, watch: { beginPiece: (index) => this.#beat(first + index) } };
      }),
    };
  }

  beginStep({ epoch, step }: Batch): void {
    this.#words[WORDS.place] = 0;
    this.#words[WORDS.epoch] = epoch;
    this.#words[WORDS.step] = step;
  }

  /** While the worker waits for other processes. */
  keepAlive(): void {
    this.#words[WORDS.beats]!++;
  }

  /** Before the worker waits for the others. */
  beginWait(): void {
    beat(this.#words, AT_BARRIER);
  }

  #add(name: string): void {
    this.#bytes += new TextEncoder().encodeInto(`${name}\n`, this.#names.subarray(this.#bytes)).written;
    this.#place++;
  }
}

function beat(words: Int32Array, place: number): void {
  words[WORDS.place] = place;
  words[WORDS.beats]!++;
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
