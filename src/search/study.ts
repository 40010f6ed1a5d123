import { UserError } from '../core/errors.js';
import { checkCohorts, fillCohort } from './pruners/check-cohorts.js';
import type { Cohort } from './pruners/cohorts.js';
import { countEpochs, findCohort } from './pruners/cohorts.js';
import { isWorseThanMedian } from './pruners/median.js';
import { layOutCohorts } from './pruners/pruner.js';
import { compareNumbers } from './rank-trials.js';
import { noTrials } from './samplers/attempts.js';
import { makeSampler } from './samplers/registry.js';
import type { Sampler, SeenResult, SeenTrial } from './samplers/sampler.js';
import type { Search } from './search-file.js';
import type { StudyHost, Task, Trial, TrialPlan } from './trial.js';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
interface OwnTrial<Run> extends Mutable<Trial<Run>> {
  values: number[];
  /** The rung that it is on its way to. */
  rung: number;
}

/**
 * The trials of a search as they follow from results alone: which they are, which of them go on, and which runs are wanted next. Trial k is chosen from
 * the results of trials 1 to k − lag, in the order of their numbers, and those of a cohort are compared when all have come to a rung; so nothing
 * depends on the order in which runs end.
 */
export class Study<Run> {
  readonly #search: Search;
  readonly #host: StudyHost<Run>;
  readonly #sampler: Sampler;
  readonly #trials: OwnTrial<Run>[] = [];
  #cohorts: readonly Cohort[] | null = null;
  /** Of trials by themselves, by their epochs. */
  readonly #alone = new Map<number, Cohort>();
  /** Why there is no next trial. */
  #end: string | null = null;

  constructor(search: Search, host: StudyHost<Run>) {
    this.#search = search;
    this.#host = host;
    const { space, seed } = search;
    this.#sampler = makeSampler(search.sampler, {
      space,
      seed,
      isFeasible: (chosen) => host.isFeasible(chosen),
      whyNot: () => host.whyNot?.() ?? null,
    });
  }

  /** Those that have been chosen, in order. */
  get trials(): readonly Trial<Run>[] {
    return this.#trials;
  }

  /** Whether all trials are chosen and decided, but for those of a cohort that is not full. */
  get isOver(): boolean {
    return this.#end !== null && this.#trials.every(({ state }) => state !== 'running');
  }

  /** Why no more trials are chosen; null as long as there may be. */
  get end(): string | null {
    return this.#end;
  }

  /** The least number of trials, as many as are asked for or more, which leaves no cohort unfilled; null where that is no question, or not yet known. */
  get fullTrials(): number | null {
    const { trials } = this.#search;
    return this.#cohorts === null || trials === null ? null : fillCohort(this.#cohorts, trials);
  }

  /** So many trials at most are under way at a time: those that the lag lets begin, or those of a cohort that go on together. */
  get lanes(): number {
    const together = this.#cohorts
      ?.filter(({ rungs }) => rungs.length > 1)
      .map(({ rungs }) => rungs[0]!.keep);
    return Math.max(this.#search.lag, ...(together ?? []));
  }

  /**
   * Goes as far as results allow.
   *
   * @throws UserError for a trial that cannot be run, and if there is none: since none meets the constraints, or a limit is below the first
   */
  async advance(): Promise<void> {
    let moves = true;
    while (moves) {
      moves = false;
      for (const trial of this.#trials) if (trial.state === 'running' && this.#measure(trial)) moves = true;
      for (const trial of this.#trials) if (trial.state === 'waiting' && this.#decide(trial)) moves = true;
      if (await this.#chooseNext()) moves = true;
    }
  }

  /** Runs that are to go on, in the order of their trials. */
  listTasks(): Task<Run>[] {
    return this.#trials
      .filter(({ state }) => state === 'running')
      .flatMap((trial) =>
        trial.plan.runs
          .filter((run) => !this.#hasReached(trial, run))
          .map((run) => ({ trial: trial.number, run, untilEpoch: this.#targetOf(trial) })),
      );
  }

  #hasReached(trial: OwnTrial<Run>, run: Run): boolean {
    const progress = this.#host.readProgress(run);
    if (progress === null) return false;
    const target = this.#targetOf(trial);
    return progress.scores !== null || (target !== null && progress.curve.length >= target);
  }

  /** Epochs of the rung that a trial is on its way to; null for its end. */
  #targetOf(trial: OwnTrial<Run>): number | null {
    const { rungs } = this.#placeOf(trial.number).cohort;
    return trial.rung === rungs.length - 1 ? null : rungs[trial.rung]!.epochs;
  }

  /** The last rung of a trial by itself is the end of its own epochs. */
  #placeOf(number: number) {
    if (this.#cohorts !== null) return findCohort(this.#cohorts, number);
    const { epochs } = this.#trials[number - 1]!.plan;
    const cohort = this.#alone.get(epochs) ?? layOutCohorts(this.#search.pruner, epochs)[0]!;
    this.#alone.set(epochs, cohort);
    return { cohort, first: number };
  }

  /** Takes note of a trial's results if all of its runs have come to the rung. */
  #measure(trial: OwnTrial<Run>): boolean {
    const { runs } = trial.plan;
    if (!runs.every((run) => this.#hasReached(trial, run))) return false;
    const target = this.#targetOf(trial);
    const progress = runs.map((run) => this.#host.readProgress(run)!);
    const finals = progress.map(({ scores }) => scores);
    trial.epochs = Math.max(...progress.map(({ curve }) => Math.min(curve.length, target ?? curve.length)));
    if (target === null) {
      trial.scores = this.#search.objectives.map((_, i) => mean(finals.map((scores) => scores![i]!)));
      trial.values.push(trial.scores[0]!);
    } else {
      // A run that has ended before the rung stays what it has come to.
      trial.values.push(mean(progress.map(({ curve, scores }) => curve[target - 1] ?? scores![0]!)));
    }
    trial.state = 'waiting';
    return true;
  }

  /** Has a trial that has come to a rung go on, or not, as soon as that follows from results. */
  #decide(trial: OwnTrial<Run>): boolean {
    const place = this.#placeOf(trial.number);
    const isLast = trial.rung === place.cohort.rungs.length - 1;
    if (place.cohort.size > 1 && !isLast) return this.#compare(trial, place);
    if (!isLast && this.#isPruned(trial)) trial.state = 'pruned';
    else if (isLast) trial.state = 'complete';
    else this.#promote(trial);
    return true;
  }

  #isPruned(trial: OwnTrial<Run>): boolean {
    const { pruner, lag } = this.#search;
    if (pruner?.kind !== 'median') return false;
    const earlier = this.#trials.slice(0, Math.max(0, trial.number - lag));
    const complete = earlier.filter(({ state }) => state === 'complete');
    return complete.length >= pruner.startupTrials && isWorseThanMedian(trial.values, complete, trial.rung);
  }

  /** Compares a cohort, once all that are still in it have come to the rung. */
  #compare({ rung }: OwnTrial<Run>, { cohort, first }: { cohort: Cohort; first: number }): boolean {
    const members = this.#trials.slice(first - 1, first - 1 + cohort.size);
    const contenders = members.filter(({ state }) => state !== 'pruned');
    const isFull = members.length === cohort.size;
    if (!isFull || !contenders.every((trial) => trial.rung === rung && trial.state === 'waiting'))
      return false;
    const order = contenders.toSorted(
      (a, b) => compareNumbers(a.values[rung]!, b.values[rung]!) || a.number - b.number,
    );
    order.forEach((trial, place) => {
      if (place < cohort.rungs[rung]!.keep) this.#promote(trial);
      else trial.state = 'pruned';
    });
    return true;
  }

  #promote(trial: OwnTrial<Run>): void {
    trial.rung++;
    trial.state = 'running';
  }

  async #chooseNext(): Promise<boolean> {
    const { trials: limit, lag } = this.#search;
    const number = this.#trials.length + 1;
    if (this.#end !== null) return false;
    if (limit !== null && number > limit) return this.#finish(`all ${limit} trials are chosen`);
    if (this.#isHeldUp(number)) return false;
    const seen: SeenTrial[] = [];
    for (const { chosen, number: earlier } of this.#trials) {
      const isKnown = earlier <= number - lag;
      const result = isKnown ? this.#resultFor(number, earlier) : null;
      if (isKnown && result === null) return false;
      seen.push({ chosen, result });
    }
    const chosen = this.#sampler.choose(seen);
    if (chosen === null) {
      if (number === 1) throw noTrials('in all that it has', this.#host.whyNot?.() ?? null);
      return this.#finish('the space has no more trials');
    }
    const plan = await this.#host.plan(chosen, number);
    this.#layOut(plan);
    if (!this.#isWithinBudget(number, plan)) return this.#finish('another one would go beyond the images');
    this.#trials.push({
      number,
      chosen,
      plan,
      state: 'running',
      values: [],
      rung: 0,
      epochs: 0,
      scores: null,
    });
    return true;
  }

  /** Lays the cohorts out of trials that compete, with the first of them. */
  #layOut({ epochs }: TrialPlan<Run>): void {
    const { pruner } = this.#search;
    if (pruner === null || pruner.kind === 'median' || this.#cohorts !== null) return;
    const cohorts = layOutCohorts(pruner, epochs);
    checkCohorts(cohorts, this.#search, epochs);
    this.#cohorts = cohorts;
  }

  /** A cohort begins when those before it are decided, also what the lag would leave open. */
  #isHeldUp(number: number): boolean {
    const isFirst = this.#cohorts !== null && findCohort(this.#cohorts, number).first === number;
    return isFirst && this.#trials.some(({ state }) => state === 'running' || state === 'waiting');
  }

  #finish(reason: string): false {
    this.#end = reason;
    return false;
  }

  /**
   * What the chooser of a trial may know of an earlier one: of its own cohort what all of it have come to first, of others the end. Null if that is not
   * known yet.
   */
  #resultFor(number: number, earlier: number): SeenResult | null {
    const trial = this.#trials[earlier - 1]!;
    const { cohort, first } = this.#placeOf(earlier);
    if (number < first + cohort.size && cohort.rungs.length > 1) {
      const [value] = trial.values;
      return value === undefined
        ? null
        : { isComplete: false, epoch: cohort.rungs[0]!.epochs, scores: [value] };
    }
    if (trial.state === 'complete') return { isComplete: true, epoch: trial.epochs, scores: trial.scores! };
    if (trial.state !== 'pruned') return null;
    return {
      isComplete: false,
      epoch: cohort.rungs[trial.rung]!.epochs,
      scores: [trial.values[trial.rung]!],
    };
  }

  /** Whether a trial may begin; those of a cohort do together. What is not known by the lag counts as if it went on to its end. */
  #isWithinBudget(number: number, plan: TrialPlan<Run>): boolean {
    const { images, lag } = this.#search;
    if (images === null) return true;
    const place = this.#cohorts === null ? null : findCohort(this.#cohorts, number);
    if (place !== null && place.first !== number) return true;
    const costOf = ({ imagesPerEpoch, runs }: TrialPlan<Run>, epochs: number) =>
      imagesPerEpoch * runs.length * epochs;
    const isKnown = (trial: number) => place !== null || trial <= number - lag;
    const spent = this.#trials.reduce(
      (sum, trial) => sum + costOf(trial.plan, isKnown(trial.number) ? trial.epochs : trial.plan.epochs),
      0,
    );
    const cost = costOf(plan, place === null ? plan.epochs : countEpochs(place.cohort));
    if (number === 1 && cost > images) {
      throw new UserError(
        `search.images: expected at least the ${cost} of the first ${place === null ? 'trial' : 'cohort'}, found ${images}. Give more.`,
      );
    }
    return spent + cost <= images;
  }
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
