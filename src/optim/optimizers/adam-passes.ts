import type { BlockPass } from '../../layers/pass.js';
import type { PlannedParameter } from '../../network/plan.js';
import { planSegmentUpdate } from '../segment-update.js';
import { cutAndBind } from '../segments.js';
import type { UpdateSite } from './optimizer.js';

export interface AdamSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly amsgrad: boolean;
  /** λ of the L2 term that is part of the gradient (Adam's weight decay). */
  readonly penalty: number;
  /** Of the weights themselves, times the learning rate (AdamW's). */
  readonly decay: number;
}

export function slotsOfAdam(
  { size }: PlannedParameter,
  { amsgrad }: Pick<AdamSettings, 'amsgrad'>,
): Record<string, number> {
  return { mean: size, variance: size, ...(amsgrad ? { greatestVariance: size } : {}) };
}

/**
 * One step of Adam or AdamW, t counted from 1: w −= rate·decay·w; g' = g + penalty·w;
 * m += (1 − beta1)·(g' − m); v += (1 − beta2)·(g'² − v); w −= rate / (1 − beta1ᵗ) · m / (√v / √(1 − beta2ᵗ) + epsilon).
 * With `amsgrad` the root is that of the greatest v so far.
 *
 * A parameter learns from the first step on until it is frozen, so t is the training's own step, and no slot.
 */
export function planAdam(site: UpdateSite, settings: AdamSettings): BlockPass[] {
  const { kernels, batch } = site;
  const { beta1, beta2, epsilon, penalty, decay } = settings;
  const segments = cutAndBind(site.parameters, ({ plan, weights, gradient, slots }) => ({
    move: kernels.bindAdamUpdate({
      w: weights,
      g: gradient,
      mean: slots.mean!,
      variance: slots.variance!,
      greatest: slots.greatestVariance ?? null,
      penalty: penalty * plan.weightDecayFactor,
      meanShare: 1 - beta1,
      varianceShare: 1 - beta2,
      epsilon,
    }),
  }));
  let correction = 1;
  let rootScale = 1;
  return [
    planSegmentUpdate(site, segments, {
      begin() {
        const step = batch.step + 1;
        correction = 1 - raise(beta1, step);
        rootScale = 1 / Math.sqrt(1 - raise(beta2, step));
      },
      move({ parameter, move, first, count }, rate) {
        const keep = 1 - rate * decay * parameter.plan.weightDecayFactor;
        return move(keep, rate / correction, rootScale, first, count);
      },
    }),
  ];
}

/** base^exponent by squaring: products alone, so that every machine gets the same bits, which Math.pow does not promise. */
export function raise(base: number, exponent: number): number {
  let power = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power *= square;
    square *= square;
  }
  return power;
}
