import { TASK_BITS } from '../kernels/constants.js';
import type { Kernels } from '../kernels/kernels.js';
import { findRecording, type Recording } from '../kernels/recording.js';
import type { Batch } from '../layers/pass.js';
import {
  countTasks,
  listBegins,
  listPieces,
  type Phase,
  type Piece,
  runPiece,
  type Strand,
  shareOf,
} from './phases.js';

/** What one worker does at a time. */
export type Task = () => void;

/** A phase cut into tasks. */
export interface TaskList {
  /** To be called by each worker before its first task of the phase. */
  readonly begin: Task;
  /** The first owner's, then the second's, and so on. */
  readonly tasks: readonly Task[];
  /** Where each owner's end. */
  readonly ends: readonly number[];
  /** Does the worker's own tasks that nobody has taken, up to one that was not noted, and returns how many; null if the worker owns none. */
  readonly runOwn: (() => number) | null;
}

export interface TaskListsOptions {
  readonly batch: Batch;
  readonly owners: number;
  readonly kernels: Kernels;
  /** Where the worker's own tasks are taken from: see Recording's joinTasks. */
  readonly range?: Int32Array | null;
}

/**
 * Tasks of a strand that a worker has at most: enough for another to take some over if it falls behind, and few enough that to take one is
 * nothing beside it. Of blocks, many of which a kernel does at once in less time, a few.
 */
const MOST_TASKS = 32;
const MOST_TASKS_OF_BLOCKS = 4;
/** Of blocks that have work in common, which each task does anew. */
const MOST_TASKS_OF_SHARED_WORK = 2;
/** As many as a board can number: see parallel/task-board.ts. */
export const MOST_TASKS_OF_PHASE = 2 ** TASK_BITS - 1;

/**
 * Phases as tasks of so many workers, for the mini-batch at hand: they are cut once for each size. Neighbouring units, slices and blocks are a worker's
 * own, the same in every phase, so that what it works on stays in its core's cache. What kernels do is noted, so that one call of a task does it all.
 */
export class TaskLists {
  readonly #phases: readonly Phase[];
  readonly #batch: Batch;
  readonly #owners: number;
  readonly #recording: Recording | null;
  readonly #range: Int32Array | null;
  readonly #ofSizes = new Map<number, readonly TaskList[]>();

  constructor(phases: readonly Phase[], { batch, owners, kernels, range = null }: TaskListsOptions) {
    this.#phases = phases;
    this.#batch = batch;
    this.#owners = owners;
    this.#recording = findRecording(kernels);
    this.#range = range;
  }

  /** In the order of the phases. */
  get current(): readonly TaskList[] {
    const { size } = this.#batch;
    const lists = this.#ofSizes.get(size) ?? this.#phases.map((phase) => this.#cut(phase));
    this.#ofSizes.set(size, lists);
    return lists;
  }

  #cut(phase: Phase): TaskList {
    const owners = this.#owners;
    const tasks: Task[] = [];
    const room = Math.max(1, Math.floor(MOST_TASKS_OF_PHASE / (owners * phase.strands.length)));
    const ends = Array.from({ length: owners }, (_, owner) => {
      for (const strand of phase.strands) {
        const [first, end] = shareOf(countTasks(strand, this.#batch), { worker: owner, workers: owners });
        const most = owners === 1 ? 1 : mostTasksOf(strand);
        const cuts = Math.min(most, room, end - first);
        for (let cut = 0; cut < cuts; cut++) {
          const [from, to] = shareOf(end - first, { worker: cut, workers: cuts });
          tasks.push(this.#join(listPieces(strand, this.#batch, first + from, first + to)));
        }
      }
      return tasks.length;
    });
    const begins = listBegins(phase);
    const runOwn = (this.#range && this.#recording?.joinTasks(tasks, this.#range)) ?? null;
    return { begin: () => begins.forEach(runPiece), tasks, ends, runOwn };
  }

  /** A task of some pieces, as few calls as they allow. */
  #join(pieces: readonly Piece[]): Task {
    const recording = this.#recording;
    const runs: Task[] = [];
    let noted: Piece[] = [];
    const end = () => {
      if (noted.length > 0) runs.push(recording!.record(() => noted.forEach(runPiece))!);
      noted = [];
    };
    for (const piece of pieces) {
      // A piece without calls may have nothing to do, or do it in JavaScript.
      if (recording && !piece.varies && recording.record(piece.run)) {
        noted.push(piece);
        continue;
      }
      end();
      runs.push(() => runPiece(piece));
    }
    end();
    if (runs.length === 1) return runs[0]!;
    return () => {
      for (const run of runs) run();
    };
  }
}

function mostTasksOf({ over, passes }: Strand): number {
  if (over !== 'blocks') return MOST_TASKS;
  const sharesWork = passes.some((pass) => pass.over === 'blocks' && pass.sharesWork);
  return sharesWork ? MOST_TASKS_OF_SHARED_WORK : MOST_TASKS_OF_BLOCKS;
}
