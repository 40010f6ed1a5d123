import type { SweepRun } from '../../experiment/sweep.js';
import type { RunState } from '../sweep/state.js';
import type { LiveLine } from './live-lines.js';

/** Titles, the sweep's own line, and one of the shell's. */
const OTHER_ROWS = 3;
const DEFAULT_ROWS = 24;

/** The lines of runs in progress: a run keeps its line while it lasts, and runs beyond the window's height have none. */
export class RunSlots {
  readonly #slots: (RunState | null)[];

  /** @param rows of the terminal */
  constructor(parallel: number, rows = DEFAULT_ROWS) {
    const count = Math.max(1, Math.min(parallel, rows - OTHER_ROWS));
    this.#slots = Array.from({ length: count }, () => null);
  }

  put(state: RunState): void {
    const free = this.#slots.indexOf(null);
    if (free >= 0) this.#slots[free] = state;
  }

  free(run: SweepRun): void {
    const slot = this.#slots.findIndex((state) => state?.run === run);
    if (slot >= 0) this.#slots[slot] = null;
  }

  lines(format: (state: RunState, columns: number) => string): LiveLine[] {
    return this.#slots.map((_, slot) => (columns) => {
      const state = this.#slots[slot] ?? null;
      return state === null ? '' : format(state, columns);
    });
  }
}
