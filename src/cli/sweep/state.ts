import type { SweepPoint } from '../../experiment/plan-sweep.js';
import type { SweepRun } from '../../experiment/sweep.js';
import { measureTraining } from '../../optim/training-length.js';
import type { EpochMetrics, Progress, Resumption } from '../../run/types.js';
import { TimeLeft } from '../progress/time-left.js';

/** Of a sum of parts of the work. */
const ROUNDING = 1e-9;

/** A run in progress, as it is shown. */
export class RunState {
  progress: Progress | null = null;
  lastEpoch: EpochMetrics | null = null;
  readonly timeLeft = new TimeLeft();
  private resumption: Resumption | null = null;

  constructor(readonly run: SweepRun) {}

  /** The run goes on from a checkpoint. */
  resume(resumption: Resumption): void {
    this.resumption = resumption;
    this.lastEpoch = resumption.epochs.at(-1) ?? null;
    this.timeLeft.skip(this.fraction);
  }

  /** In which the run is, from 1. */
  get epoch(): number {
    return this.progress?.epoch ?? this.resumption?.epoch ?? 1;
  }

  /** Whether an epoch's last step is done and the epoch's tests are not. */
  get isTesting(): boolean {
    if (this.progress === null) return false;
    const { epoch, step, stepsPerEpoch } = this.progress;
    const tested = this.lastEpoch?.epoch ?? 0;
    return tested < epoch && (step === stepsPerEpoch || this.fraction >= 1);
  }

  /** Of the run's steps, 0..1. */
  get fraction(): number {
    const { spec } = this.run.point;
    // The last epoch of a number with a fraction is a part of one.
    const completed = Math.min(1, (this.lastEpoch?.epoch ?? 0) / spec.epochs);
    const place = this.progress ?? this.resumption;
    if (place === null) return completed;
    const { stepsPerEpoch } = measureTraining(spec.trainCount - spec.validationCount, spec);
    // A last report of an epoch may come after the epoch's end, or the first of the next before it.
    return Math.min(1, Math.max(completed, (place.epoch - 1 + place.step / stepsPerEpoch) / spec.epochs));
  }
}

/** How far a sweep is: what the bars and the lines are drawn from. */
export class SweepState {
  readonly running = new Map<number, RunState>();
  /** Those that are over, whichever process ran them. */
  private readonly ended = new Set<SweepPoint>();
  /** Of all that are to run, and of those that are over. */
  private readonly work: number;
  private endedWork = 0;
  private readonly timeLeft = new TimeLeft();

  /** @param missing the points that are to run */
  constructor(readonly missing: readonly SweepPoint[]) {
    this.work = missing.reduce((sum, point) => sum + measureWork(point), 0);
  }

  get endedCount(): number {
    return this.ended.size;
  }

  start(run: SweepRun): RunState {
    const state = new RunState(run);
    this.running.set(run.runId, state);
    return state;
  }

  resume(run: SweepRun, resumption: Resumption): void {
    const state = this.running.get(run.runId)!;
    state.resume(resumption);
    this.timeLeft.skip((measureWork(run.point) * state.fraction) / this.work);
  }

  progress(run: SweepRun, progress: Progress): RunState {
    const state = this.running.get(run.runId)!;
    state.progress = progress;
    state.timeLeft.update(state.fraction);
    return state;
  }

  endEpoch(run: SweepRun, metrics: EpochMetrics): RunState {
    const state = this.running.get(run.runId)!;
    state.lastEpoch = metrics;
    state.timeLeft.update(state.fraction);
    return state;
  }

  end(run: SweepRun): void {
    this.running.delete(run.runId);
    this.endPoint(run.point);
  }

  endPoint(point: SweepPoint): void {
    if (this.ended.has(point)) return;
    this.ended.add(point);
    this.endedWork += measureWork(point);
  }

  /** Of the whole sweep; rough, as networks differ in cost. Null before there is anything to tell from, and once only tests are left. */
  get secondsLeft(): number | null {
    const current = [...this.running.values()].reduce(
      (sum, state) => sum + measureWork(state.run.point) * state.fraction,
      0,
    );
    const fraction = (this.endedWork + current) / this.work;
    this.timeLeft.update(fraction);
    return fraction < 1 - ROUNDING ? this.timeLeft.seconds : null;
  }
}

/** Training images over all epochs. */
function measureWork(point: SweepPoint): number {
  return point.spec.epochs * point.spec.trainCount;
}
