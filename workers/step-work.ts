import type { Batch } from '../src/layers/pass.js';
import type { TaskList, TaskLists } from '../src/network/task-list.js';
import type { Stretch } from '../src/parallel/protocol.js';
import type { Pulse } from '../src/parallel/pulse.js';
import type { StepTimer } from '../src/parallel/step-timer.js';
import type { SharedWork } from '../src/parallel/task-board.js';

/** A worker's part of the steps of a run, one stretch of them after another. */
export interface StepWorkOptions {
  readonly lists: TaskLists;
  readonly batch: Batch;
  readonly pulse: Pulse;
  readonly timer: StepTimer | null;
  /** Phases of a step. */
  readonly phases: number;
  /** Makes ready for a step of an epoch. */
  beginStep(epoch: number, step: number): void;
  /** Whether the run stops behind the step that is done. */
  stopsBehind(epoch: number, step: number): boolean;
}

/** The phases of a stretch of steps. */
export class StepWork implements SharedWork {
  readonly #options: StepWorkOptions;
  #stretch: Stretch = { epoch: 0, firstStep: 0, endStep: 0 };
  /** That this worker is in: -1 before its first one. */
  #step = -1;
  #phase = -1;
  /** Of that phase. */
  #runOwn: TaskList['runOwn'] = null;

  constructor(options: StepWorkOptions) {
    this.#options = options;
  }

  begin(stretch: Stretch): void {
    this.#stretch = stretch;
    this.#step = -1;
    this.#phase = -1;
  }

  open(phase: number): readonly number[] | null {
    const { lists, batch, timer, stopsBehind } = this.#options;
    const { epoch, endStep } = this.#stretch;
    const [step, index] = this.#place(phase);
    if (phase > 0 && index === 0 && stopsBehind(epoch, step - 1)) return null;
    if (step === endStep) return null;
    this.#enter(step);
    if (index === 0) timer?.countStep(batch);
    return lists.current[index]!.ends;
  }

  run(phase: number, task: number): void {
    const { lists, timer } = this.#options;
    const [step, index] = this.#place(phase);
    this.#enter(step);
    const list = lists.current[index]!;
    if (phase !== this.#phase) {
      this.#phase = phase;
      timer?.enterPhase(index);
      list.begin();
      this.#runOwn = list.runOwn;
    }
    list.tasks[task]!();
  }

  runMore(): number {
    return this.#runOwn?.() ?? 0;
  }

  beginWait(): void {
    this.#options.pulse.beginWait();
    this.#options.timer?.beginWait();
  }

  endWait(): void {
    this.#options.timer?.endWait();
  }

  #place(phase: number): [step: number, index: number] {
    const { phases } = this.#options;
    return [this.#stretch.firstStep + Math.floor(phase / phases), phase % phases];
  }

  #enter(step: number): void {
    if (step === this.#step) return;
    this.#step = step;
    const { beginStep, batch, pulse, timer } = this.#options;
    beginStep(this.#stretch.epoch, step);
    timer?.beginStep(batch);
    pulse.beginStep(batch);
  }
}
