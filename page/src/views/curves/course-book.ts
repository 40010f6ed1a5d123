import type { CurvesAnswer, RunCurve } from '../../../../src/dashboard/answers/curves.js';
import { CURVE_METRICS, type CurveMetric } from '../../../../src/dashboard/curve-metrics.js';
import type { EpochsEvent } from '../../../../src/dashboard/run-changes.js';

/** Courses of runs, brought up to date by events. */
export class CourseBook {
  readonly #curves: Map<number, RunCurve>;

  constructor({ curves }: Pick<CurvesAnswer, 'curves'>) {
    this.#curves = new Map(curves.map((curve) => [curve.run, curve]));
  }

  get curves(): RunCurve[] {
    return [...this.#curves.values()];
  }

  /** @returns whether it has the run, whose curve is another object now */
  update({ run, after, epochs }: EpochsEvent): boolean {
    const before = this.#curves.get(run);
    if (before === undefined) return false;
    const kept = before.epochs.filter((epoch) => epoch <= after).length;
    const join = <Value>(old: readonly Value[] | undefined, added: readonly Value[], nothing: Value) => [
      ...(old?.slice(0, kept) ?? new Array<Value>(kept).fill(nothing)),
      ...added,
    ];
    const names = CURVE_METRICS.filter(
      (name) => before.metrics[name] !== undefined || epochs.some((epoch) => epoch[name] !== null),
    );
    const joinMetric = (name: CurveMetric) =>
      join<number | null>(
        before.metrics[name],
        epochs.map((epoch) => epoch[name]),
        null,
      );
    this.#curves.set(run, {
      run,
      epochs: join(
        before.epochs,
        epochs.map(({ epoch }) => epoch),
        0,
      ),
      steps: join(
        before.steps,
        epochs.map(({ steps }) => steps),
        0,
      ),
      seconds: join<number | null>(
        before.seconds,
        epochs.map(({ seconds }) => seconds),
        null,
      ),
      metrics: Object.fromEntries(names.map((name) => [name, joinMetric(name)])),
      recorded: after + epochs.length,
    });
    return true;
  }
}
