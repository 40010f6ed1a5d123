import { TASK_BITS } from '../kernels/constants.js';
import { loadAddon } from '../kernels/native.js';
import { MOST_TASKS_OF_PHASE } from '../network/task-list.js';

/** Words between those that workers write: two pairs of cache lines, wherever the memory begins. */
const STRIDE = 64;

/** Words of a board, in units of STRIDE. */
const WORDS = {
  /** Rounds that have been announced. */
  round: 0,
  /** The last of them that a worker has opened, and that is over. */
  opened: 1,
  over: 2,
  /** Of the round, from 0. */
  phase: 3,
  /** Tasks of the phase that are not done. */
  left: 4,
  /** Goes up with all that waiting workers wait for. */
  generation: 5,
  /** Not 0 once a worker has failed: nobody waits for it. */
  failed: 6,
  /** Each owner's tasks that nobody has taken, from the first to behind the last: TASK_BITS each. */
  ranges: 7,
} as const;

/** Thrown to a worker that waits for another one, which has failed. */
export class BoardBroken extends Error {
  override readonly name = 'BoardBroken';
}

/**
 * Where workers take tasks from, in shared memory.
 *
 * @param owners of tasks: the first of the workers, no more than there are cores
 */
export function allocateBoard(owners: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * STRIDE * (WORDS.ranges + owners)));
}

export function countOwners(board: Int32Array): number {
  return board.length / STRIDE - WORDS.ranges;
}

/** Where an owner's range is on a board. */
function placeOfRange(owner: number): number {
  return (WORDS.ranges + owner) * STRIDE;
}

/** The word in which a worker's own tasks are; null for one that owns none. */
export function rangeOf(board: Int32Array, worker: number): Int32Array | null {
  const at = placeOfRange(worker);
  return worker < countOwners(board) ? board.subarray(at, at + 1) : null;
}

/** Announces a round, which every worker then shares in once; while none does. */
export function announceRound(board: Int32Array): void {
  Atomics.add(board, WORDS.round * STRIDE, 1);
}

/** Lets go all who wait for a worker that has failed, for good. */
export function breakBoard(board: Int32Array): void {
  Atomics.store(board, WORDS.failed * STRIDE, 1);
  endRound(board, -1);
}

/** What workers do together: phases, the tasks of which need those of the phases before, and none of their own phase. */
export interface SharedWork {
  /**
   * Called once a phase, by one of the workers, when all before it is done.
   *
   * @param phase from 0
   * @returns where each owner's tasks end, which begin where those of the one before end; null if there is no such phase
   */
  open(phase: number): readonly number[] | null;
  /** Does a task of a phase; the phases that a worker sees go up. */
  run(phase: number, task: number): void;
  /**
   * Called behind a task of the worker's own: may do more of them, which it takes off the board itself (see rangeOf).
   *
   * @returns how many
   */
  runMore?(): number;
  /** Around each time that the worker waits for the others. */
  beginWait?(): void;
  endWait?(): void;
}

/**
 * One worker's view of a board. Workers take their own tasks from the first to the last, and then the others' from the last to the first: so none waits
 * for one that has fallen behind, be its core slower or another program's, while there is anything to do. A phase ends when its tasks are done, whoever
 * has been there: a worker that was not misses it. Workers that own none help out until they find nothing to do, and then sleep until the round is over.
 */
export class TaskBoard {
  readonly #words: Int32Array;
  readonly #worker: number;
  readonly #owners: number;
  /** Null without the addon: then there is only sleeping. */
  readonly #awaitChange: ((words: Int32Array, index: number, value: number) => void) | null;

  constructor(words: Int32Array, worker: number) {
    this.#words = words;
    this.#worker = worker;
    this.#owners = countOwners(words);
    this.#awaitChange = loadAddon()?.awaitChange ?? null;
  }

  /**
   * Takes part in the round that was announced last; returns when it is over.
   *
   * @throws BoardBroken if another worker has failed
   */
  share(work: SharedWork): void {
    const words = this.#words;
    const round = this.#load(WORDS.round);
    const opened = this.#load(WORDS.opened);
    if (opened !== round && Atomics.compareExchange(words, WORDS.opened * STRIDE, opened, round) === opened) {
      this.#open(work, 0, round);
    }
    for (;;) {
      const generation = this.#load(WORDS.generation);
      const over = this.#load(WORDS.over);
      // Behind the looks at what changes when it is set.
      if (this.#load(WORDS.failed) !== 0) throw new BoardBroken('another worker has failed');
      this.#doTasks(work, round);
      if (this.#load(WORDS.over) === round) return;
      work.beginWait?.();
      if (this.#worker < this.#owners) this.#waitBeyond(generation);
      else Atomics.wait(words, WORDS.over * STRIDE, over);
      work.endWait?.();
    }
  }

  /** Until there is none to take. */
  #doTasks(work: SharedWork, round: number): void {
    for (;;) {
      let phase = 0;
      let done = 0;
      // Its own are counted together: the count is a line of the cache that all workers write.
      for (let task = this.#takeOwn(); task >= 0; task = this.#takeOwn()) {
        // The phase that the task is of, since it cannot end before the task is counted.
        phase = this.#load(WORDS.phase);
        work.run(phase, task);
        done += 1 + (work.runMore?.() ?? 0);
      }
      if (done === 0) {
        const task = this.#takeOthers();
        if (task < 0) return;
        phase = this.#load(WORDS.phase);
        work.run(phase, task);
        done = 1;
      }
      if (Atomics.sub(this.#words, WORDS.left * STRIDE, done) === done) this.#open(work, phase + 1, round);
    }
  }

  /** Opens the next phase that has tasks, from this one on, or ends the round. */
  #open(work: SharedWork, first: number, round: number): void {
    const words = this.#words;
    let phase = first;
    let ends = work.open(phase);
    while (ends?.at(-1) === 0) ends = work.open(++phase);
    if (ends === null) {
      endRound(words, round);
    } else {
      const tasks = ends.at(-1)!;
      if (tasks > MOST_TASKS_OF_PHASE) {
        throw new RangeError(`expected at most ${MOST_TASKS_OF_PHASE} tasks, found ${tasks}`);
      }
      // Nobody takes a task before it can be seen which phase it is of: what is written here comes before the ranges.
      words[WORDS.phase * STRIDE] = phase;
      words[WORDS.left * STRIDE] = tasks;
      // The phase may be over as soon as its last task can be taken, and another worker open the next one: owners without tasks come first, so
      // that nothing is written over the next phase's.
      this.#publish(ends, false);
      this.#publish(ends, true);
      wake(words);
    }
  }

  /** Writes the ranges of the owners that have tasks, or of those that have none. */
  #publish(ends: readonly number[], withTasks: boolean): void {
    let begin = 0;
    for (let owner = 0; owner < this.#owners; owner++) {
      const end = ends[owner]!;
      if (begin < end === withTasks)
        Atomics.store(this.#words, placeOfRange(owner), (begin << TASK_BITS) | end);
      begin = end;
    }
  }

  /** A task of this worker's that nobody has taken; -1 if there is none. */
  #takeOwn(): number {
    return this.#worker < this.#owners ? this.#take(this.#worker, true) : -1;
  }

  /** A task of another worker's. */
  #takeOthers(): number {
    for (let i = 0; i < this.#owners; i++) {
      const owner = (this.#worker + i) % this.#owners;
      const task = owner === this.#worker ? -1 : this.#take(owner, false);
      if (task >= 0) return task;
    }
    return -1;
  }

  /** The first of an owner's tasks, or the last one. */
  #take(owner: number, first: boolean): number {
    const at = placeOfRange(owner);
    for (let range = Atomics.load(this.#words, at); ; ) {
      const [begin, end] = [range >>> TASK_BITS, range & MOST_TASKS_OF_PHASE];
      if (begin >= end) return -1;
      const rest = first ? range + (1 << TASK_BITS) : range - 1;
      const found = Atomics.compareExchange(this.#words, at, range, rest | 0);
      if (found === range) return first ? begin : end - 1;
      range = found;
    }
  }

  #waitBeyond(generation: number): void {
    const words = this.#words;
    const at = WORDS.generation * STRIDE;
    this.#awaitChange?.(words, at, generation);
    while (Atomics.load(words, at) === generation) Atomics.wait(words, at, generation);
  }

  #load(word: number): number {
    return Atomics.load(this.#words, word * STRIDE);
  }
}

function endRound(board: Int32Array, round: number): void {
  Atomics.store(board, WORDS.over * STRIDE, round);
  Atomics.notify(board, WORDS.over * STRIDE);
  wake(board);
}

function wake(board: Int32Array): void {
  Atomics.add(board, WORDS.generation * STRIDE, 1);
  Atomics.notify(board, WORDS.generation * STRIDE);
}
