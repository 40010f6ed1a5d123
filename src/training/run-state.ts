import { allocatePacked, type PackedClasses } from '../core/class-numbers.js';
import type { ModelMemory } from '../network/memory.js';
import { countClasses } from '../network/plan.js';
import { CONTROL, STOP } from '../parallel/control.js';
import type { SharedRun } from '../parallel/protocol.js';
import type { BestEpoch } from '../run/best-epoch.js';
import type { RunData } from '../run/data.js';
import type { FittedRun } from '../run/fit.js';
import type { EpochResults, TestResults } from '../run/measure.js';
import { countConfusion } from '../run/results.js';
import { DONE, type Ending, type StopRules } from '../run/stopping.js';
import {
  copyNumbers,
  findNotFinite,
  type NamedNumbers,
  restoreNumbers,
  type Standing,
  type TrainingState,
  viewState,
} from '../run/training-state.js';
import type { EpochMetrics } from '../run/types.js';

interface RunMakings {
  readonly fitted: FittedRun;
  readonly data: RunData;
  readonly run: SharedRun;
  readonly memory: ModelMemory;
  /** The model with the weights that are evaluated and kept. */
  readonly tested: ModelMemory;
  readonly rules: StopRules;
  /** Null without a validation split. */
  readonly best: BestEpoch | null;
}

/** Where a run stands, and what it has come to: all that is saved of it between two steps. */
export class RunState {
  /** That the run is in, from 0. */
  epoch = 0;
  /** Wall time that the epoch's training has taken so far. */
  epochSeconds = 0;
  /** Null for a run that is to go on. */
  ending: Ending | null = null;
  /** Those that are completed. */
  readonly epochs: EpochMetrics[] = [];
  /** Of the last completed epoch. */
  last: TestResults | null = null;
  readonly #makings: RunMakings;
  readonly #predicted: PackedClasses;
  readonly #bestPredicted: PackedClasses | null;
  readonly #views: readonly NamedNumbers[];
  /** Wall time of the run in earlier processes, and when this one began with it. */
  #secondsBefore = 0;
  #begun = performance.now();

  /** @throws UserError if a layer has a name that a file cannot have */
  constructor(makings: RunMakings) {
    const { fitted, data, run, memory, rules, best } = makings;
    this.#makings = makings;
    const answers = fitted.dataset.targetNames ? 0 : data.test.length;
    const allocate = () => allocatePacked(answers, countClasses(fitted.plan));
    this.#predicted = allocate();
    this.#bestPredicted = best?.weights ? allocate() : null;
    this.#views = viewState(fitted.plan, {
      memory,
      slow: run.memory.slowWeights,
      average: run.memory.averageWeights,
      previous: run.memory.previousWeights,
      weightsBefore: rules.weightsBefore,
      best: best?.weights ?? null,
      predicted: this.#predicted,
      bestPredicted: this.#bestPredicted,
    });
  }

  /** Of the epoch, so many are done. */
  get step(): number {
    return Atomics.load(this.#makings.run.memory.control, CONTROL.step);
  }

  /** Of the whole training, so many are done. */
  get stepsDone(): number {
    return this.epoch * this.#makings.run.settings.length.stepsPerEpoch + this.step;
  }

  /** Wall time of the run, evaluations included. */
  get seconds(): number {
    return this.#secondsBefore + (performance.now() - this.#begun) / 1000;
  }

  /** Views of its numbers. */
  get numbers(): readonly NamedNumbers[] {
    return this.#views;
  }

  /** Counts the run's time from now on. */
  startClock(): void {
    this.#begun = performance.now();
  }

  /**
   * Takes note of a completed epoch, and goes on to the next one, if there is one.
   *
   * @returns whether it is the best so far
   */
  completeEpoch(results: EpochResults): boolean {
    const { run, rules, best, tested } = this.#makings;
    const isBest = best?.offer(results, tested) ?? false;
    this.epochs.push(results.metrics);
    this.last = results;
    this.#predicted.set(results.predicted);
    if (isBest) this.#bestPredicted?.set(results.predicted);
    this.ending = rules.explainEnd(results);
    this.epoch++;
    this.epochSeconds = 0;
    run.memory.totals.fill(0);
    Atomics.store(run.memory.control, CONTROL.step, 0);
    return isBest;
  }

  /** Names a part of the state that has a number which is not finite; null if all are. */
  findNotFinite(): string | null {
    return findNotFinite(this.#views)?.name ?? null;
  }

  /**
   * A copy of it all. No step may be under way.
   *
   * @param into numbers of an older copy, overwritten; null for new memory
   */
  capture(into: readonly NamedNumbers[] | null): TrainingState {
    return { standing: this.standing, numbers: copyNumbers(this.#views, into) };
  }

  get standing(): Standing {
    const { run, best } = this.#makings;
    return {
      epoch: this.epoch,
      step: this.step,
      totals: [...run.memory.totals],
      moved: Atomics.load(run.memory.control, CONTROL.moved),
      epochSeconds: this.epochSeconds,
      seconds: this.seconds,
      epochs: [...this.epochs],
      best: best?.mark ?? null,
      over: this.ending !== null,
      reason: this.ending?.reason ?? null,
    };
  }

  /** Goes on from a state of this run, in place of its beginning. */
  restore({ standing, numbers }: TrainingState): void {
    const { run, best } = this.#makings;
    const { control, totals } = run.memory;
    restoreNumbers(this.#views, numbers);
    totals.set(standing.totals);
    Atomics.store(control, CONTROL.step, standing.step);
    Atomics.store(control, CONTROL.moved, standing.moved);
    this.epoch = standing.epoch;
    this.epochSeconds = standing.epochSeconds;
    this.#secondsBefore = standing.seconds;
    this.epochs.push(...standing.epochs);
    this.ending = standing.over ? { ...DONE, reason: standing.reason } : null;
    this.#restoreRest();
    this.last = this.#resultsOf(standing.epochs.length, this.#predicted);
    if (best && standing.best) {
      const predicted = this.#bestPredicted;
      best.resume(standing.best, predicted && this.#resultsOf(standing.best.epoch, predicted));
    }
  }

  /** A run whose weights have not moved in its last step has not been told so yet. */
  #restoreRest(): void {
    const { settings, memory } = this.#makings.run;
    const rests = Atomics.load(memory.control, CONTROL.moved) < this.stepsDone;
    if (settings.restEpsilon !== null && rests) Atomics.or(memory.control, CONTROL.stop, STOP.atRest);
  }

  /** @param epoch from 1; 0 for none */
  #resultsOf(epoch: number, packed: PackedClasses): TestResults | null {
    const metrics = this.epochs[epoch - 1];
    if (metrics === undefined) return null;
    const { fitted, run } = this.#makings;
    const predicted = Uint16Array.from(packed);
    const confusion = fitted.dataset.targetNames
      ? []
      : countConfusion(run.memory.test, predicted, countClasses(fitted.plan));
    return { metrics, predicted, confusion };
  }
}
