import { once } from 'node:events';
import { cutWeights, listTensors } from '../checkpoint/layout.js';
import { describeValue } from '../core/describe-value.js';
import { UserError } from '../core/errors.js';
import { exportWeights, type ModelMemory } from '../network/memory.js';
import { learningRateAt } from '../optim/schedule.js';
import { SHARD_TOTALS, SHARD_TOTALS_LENGTH, type SharedRun } from '../parallel/protocol.js';
import type { FittedRun } from '../run/fit.js';
import type { Ending } from '../run/stopping.js';
import type { EpochMetrics, NamedWeights, RunContext, StepMetrics, TrainOptions } from '../run/types.js';

/** What a callback says to end the run. */
const STOP_ANSWER = 'stop';

/** What callbacks are told of. */
interface Subject {
  readonly fitted: FittedRun;
  readonly run: SharedRun;
  /** Of the weights that are evaluated and kept. */
  readonly tested: ModelMemory;
  readonly epochs: readonly EpochMetrics[];
}

/** Asks a run's callbacks, between two steps, whether it goes on. */
export class Callbacks {
  readonly #subject: Subject;
  readonly #options: Pick<TrainOptions, 'onEpoch' | 'onStep' | 'signal'>;

  constructor(subject: Subject, options: Pick<TrainOptions, 'onEpoch' | 'onStep' | 'signal'>) {
    this.#subject = subject;
    this.#options = options;
  }

  /** Whether the workers have to come back after every step. */
  get wantsSteps(): boolean {
    return this.#options.onStep !== undefined;
  }

  /**
   * Tells of a step that is done.
   *
   * @param epoch from 0
   * @param step of the epoch, from 0
   * @returns how the run ends if it is to
   */
  async tellStep(epoch: number, step: number): Promise<Ending | null> {
    const { onStep } = this.#options;
    if (!onStep) return null;
    const isOver = await this.#ask('onStep', (context) => onStep(this.#measureStep(epoch, step), context));
    return isOver ? interrupt(`stopped by onStep in epoch ${epoch + 1}, after step ${step + 1}`) : null;
  }

  /** Tells of an epoch that is done. */
  async tellEpoch(metrics: EpochMetrics): Promise<Ending | null> {
    const { onEpoch } = this.#options;
    if (!onEpoch) return null;
    const isOver = await this.#ask('onEpoch', (context) => onEpoch(metrics, context));
    return isOver ? interrupt(`stopped by onEpoch after epoch ${metrics.epoch}`) : null;
  }

  async #ask(name: 'onStep' | 'onEpoch', ask: (context: RunContext) => unknown): Promise<boolean> {
    let isAsking = true;
    const context: RunContext = {
      epochs: [...this.#subject.epochs],
      weights: () => {
        if (isAsking) return this.#copyWeights();
        throw new UserError(
          `${name}: expected weights() to be called before the callback has answered, found it called later. Call it earlier.`,
        );
      },
    };
    try {
      const answer = await this.#await(ask(context));
      if (typeof answer !== 'string' || answer === STOP_ANSWER) return answer === STOP_ANSWER;
      throw new UserError(
        `${name}: expected the answer '${STOP_ANSWER}' or none, found ${describeValue(answer)}. Correct it.`,
      );
    } finally {
      isAsking = false;
    }
  }

  /** Not longer than the run lasts: a callback may wait for its end, such as that of a pool that it closes. */
  async #await(answer: unknown): Promise<unknown> {
    const { signal } = this.#options;
    if (!(answer instanceof Promise) || !signal) return answer;
    const answered = new AbortController();
    const ended = signal.aborted
      ? Promise.resolve()
      : once(signal, 'abort', { signal: answered.signal }).then(
          () => undefined,
          () => undefined,
        );
    // The answer first: one that is there already counts, although the callback has ended the run itself.
    return Promise.race([answer, ended]).finally(() => answered.abort());
  }

  #measureStep(epoch: number, step: number): StepMetrics {
    const { fitted, run } = this.#subject;
    const { settings, memory } = run;
    const { stepsPerEpoch } = settings.length;
    const images = Math.min(settings.batchSize, memory.order.length - step * settings.batchSize);
    let loss = 0;
    let errors = 0;
    for (let at = 0; at < memory.shardTotals.length; at += SHARD_TOTALS_LENGTH) {
      loss += memory.shardTotals[at + SHARD_TOTALS.loss]!;
      errors += memory.shardTotals[at + SHARD_TOTALS.errors]!;
    }
    return {
      epoch: epoch + 1,
      step: step + 1,
      stepsPerEpoch,
      trainLoss: loss / images,
      trainErrorPercent: fitted.dataset.targetNames ? null : (100 * errors) / images,
      learningRate: learningRateAt(settings.schedule, epoch * stepsPerEpoch + step, settings.length),
      images,
    };
  }

  #copyWeights(): ReadonlyMap<string, NamedWeights> {
    const { fitted, tested } = this.#subject;
    const tensors = cutWeights(listTensors(fitted.plan), exportWeights(tested, fitted.plan));
    return new Map(tensors.map(({ name, shape, values }) => [name, { shape, values }]));
  }
}

function interrupt(reason: string): Ending {
  return { state: 'interrupted', reason };
}
