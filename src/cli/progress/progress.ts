import type { SweepPoint } from '../../experiment/plan-sweep.js';
import type { SweepObserver } from '../../experiment/sweep.js';
import type { SweepState } from '../sweep/state.js';

/** Shows how a sweep goes on. */
export interface SweepProgress extends SweepObserver {
  /** Prints a line; bars make room for it. */
  say(line: string): void;
  /** Takes bars away. May be called again. */
  close(): void;
}

/** What is shown: the sweep and how to name its points. */
export interface ProgressSubject {
  readonly state: SweepState;
  readonly parallel: number;
  readonly name: (point: SweepPoint) => string;
}
