import type { TaskList } from '../network/task-list.js';
import type { Pulse } from './pulse.js';
import type { SharedWork } from './task-board.js';

/** Phases that are lists of tasks, each once: for one round. */
export class ListedWork implements SharedWork {
  readonly #lists: readonly TaskList[];
  readonly #pulse: Pulse | null;
  /** That this worker is in: -1 before its first one. */
  #phase = -1;

  constructor(lists: readonly TaskList[], pulse: Pulse | null = null) {
    this.#lists = lists;
    this.#pulse = pulse;
  }

  open(phase: number): readonly number[] | null {
    return this.#lists[phase]?.ends ?? null;
  }

  run(phase: number, task: number): void {
    const { begin, tasks } = this.#lists[phase]!;
    if (phase !== this.#phase) begin();
    this.#phase = phase;
    tasks[task]!();
  }

  beginWait(): void {
    this.#pulse?.beginWait();
  }
}
