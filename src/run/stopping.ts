import type { Kernels } from '../kernels/kernels.js';
import type { ModelMemory } from '../network/memory.js';
import type { NetworkPlan } from '../network/plan.js';
import { CONTROL, STOP } from '../parallel/control.js';
import type { SharedRun } from '../parallel/protocol.js';
import type { BestEpoch } from './best-epoch.js';
import type { EpochResults } from './measure.js';
import type { ResolvedRunSpec } from './spec.js';
import type { TrainResult } from './types.js';

/** How a run ends. */
export type Ending = Pick<TrainResult, 'state' | 'reason'>;

/** With the last epoch's end. */
export const DONE: Ending = { state: 'done', reason: null };

/** Where a run stands at an epoch's end. */
interface Stand {
  readonly run: SharedRun;
  readonly plan: NetworkPlan;
  readonly memory: ModelMemory;
  readonly kernels: Kernels;
  /** Null without a validation split. */
  readonly best: BestEpoch | null;
}

/** Decides after each epoch whether a run is over. Depends on results alone, so that it is the same on any number of workers. */
export class StopRules {
  /** The weights at the last epoch's end, in their places; null if nobody asks. */
  readonly weightsBefore: Float32Array | null;
  readonly #spec: ResolvedRunSpec;
  readonly #stand: Stand;

  /** To be made when the weights have their first values. */
  constructor(spec: ResolvedRunSpec, stand: Stand) {
    this.#spec = spec;
    this.#stand = stand;
    this.weightsBefore = spec.minWeightChange?.per === 'epoch' ? stand.memory.weights.slice() : null;
    stand.run.memory.previousWeights?.set(stand.memory.weights);
  }

  /** Why the run is over, if an epoch was its last; null if it is to go on. */
  explainEnd(results: EpochResults): Ending | null {
    const { run } = this.#stand;
    const reason = this.#explainRest(results) ?? explainLimit(run, results) ?? this.#explainPatience(results);
    return reason === null ? null : { state: 'done', reason };
  }

  #explainRest({ metrics: { epoch } }: EpochResults): string | null {
    const { control } = this.#stand.run.memory;
    const text = `no weight moved by more than ${this.#spec.minWeightChange?.epsilon} in epoch ${epoch}`;
    if (this.weightsBefore) return this.#measureChange() <= this.#spec.minWeightChange!.epsilon ? text : null;
    const rests = Atomics.load(control, CONTROL.stop) & STOP.atRest;
    return rests ? `${text}, step ${Atomics.load(control, CONTROL.step)}` : null;
  }

  /** Since the last epoch's end, over all parameters. */
  #measureChange(): number {
    const { plan, memory, kernels } = this.#stand;
    const measure = kernels.bindMeasureChange({ w: memory.weights, previous: this.weightsBefore! });
    const changes = plan.steps
      .flatMap((step) => step.parameters)
      .map(({ offset, size }) => measure(offset, size));
    return Math.max(0, ...changes);
  }

  #explainPatience({ metrics: { epoch } }: EpochResults): string | null {
    const { patience } = this.#spec;
    const best = this.#stand.best?.mark?.epoch ?? 0;
    return patience !== null && epoch - best >= patience
      ? `the validation loss has not fallen below epoch ${best}'s for ${patience} epochs`
      : null;
  }
}

function explainLimit(run: SharedRun, { metrics: { epoch } }: EpochResults): string | null {
  const {
    maxIterations,
    length: { stepsPerEpoch, steps },
  } = run.settings;
  const step = Atomics.load(run.memory.control, CONTROL.step);
  const done = (epoch - 1) * stepsPerEpoch + step;
  return done >= maxIterations && done < steps
    ? `maxIterations ${maxIterations} reached in epoch ${epoch}, step ${step}`
    : null;
}

/** What the workers look at in every step; of several the first is told. */
const DIVERGENCES = [
  [STOP.lossNotFinite, 'the loss'],
  [STOP.parameterNotFinite, 'a parameter'],
  [STOP.statisticNotFinite, 'a running statistic'],
] as const;

/**
 * Why the workers gave an epoch up; null if they did not.
 *
 * @param epoch from 0
 */
export function explainFailure({ memory: { control } }: SharedRun, epoch: number): Ending | null {
  const stop = Atomics.load(control, CONTROL.stop);
  const step = Atomics.load(control, CONTROL.step);
  const what = DIVERGENCES.find(([bit]) => stop & bit)?.[1];
  if (what !== undefined) {
    return { state: 'diverged', reason: `${what} is no longer finite in epoch ${epoch + 1}, step ${step}` };
  }
  // Raised within a step, or afterwards.
  if (stop & STOP.aborted || Atomics.load(control, CONTROL.abort) !== 0) {
    return { state: 'interrupted', reason: `interrupted in epoch ${epoch + 1}, after step ${step}` };
  }
  return null;
}

/**
 * Why an epoch's evaluations come to nothing: a loss that is not finite, or an output, which the loss tells. Null if all are.
 *
 * @param epoch from 0
 */
export function explainEvaluation({ memory: { validation, test } }: SharedRun, epoch: number): Ending | null {
  for (const [name, set] of Object.entries({ validation, test })) {
    if (set === null) continue;
    const { length } = set.samples;
    const lost = set.results.loss.reduce((count, loss) => count + (Number.isFinite(loss) ? 0 : 1), 0);
    if (lost === 0) continue;
    const reason = `the ${name} loss is not finite after epoch ${epoch + 1}, for ${lost} of ${length} images`;
    return { state: 'diverged', reason };
  }
  return null;
}
