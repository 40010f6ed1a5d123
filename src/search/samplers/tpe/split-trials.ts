import type { SeenResult, SeenTrial } from '../sampler.js';
import { rankByDomination } from './domination.js';

/** At most so many of the trials are the good ones. */
const MAX_GOOD = 25;

/** How many of so many trials that have a result are the good ones. */
export function countGood(finished: number): number {
  return Math.min(Math.ceil(0.1 * finished), MAX_GOOD);
}

/**
 * Parts trials into good ones and others, each in their order. Those that were trained to their end come before those that were given up, and of those
 * the ones that came further. Trials without a result are taken for bad ones, so that no other trial is chosen near them (constant liar).
 */
export function splitTrials(trials: readonly SeenTrial[]): { good: SeenTrial[]; others: SeenTrial[] } {
  const finished = trials.filter((trial) => trial.result !== null);
  const complete = finished.filter(({ result }) => result!.isComplete);
  const rest = finished.filter(({ result }) => !result!.isComplete);
  const hasOne = finished.every(({ result }) => result!.scores.length === 1);
  const ranks = hasOne ? null : rankByDomination(complete.map(({ result }) => result!.scores));
  const order = [
    ...sortBy(complete, (trial, i) => [ranks === null ? trial.result!.scores[0]! : ranks[i]!]),
    ...sortBy(rest, ({ result }) => scoreGivenUp(result!)),
  ];
  const good = new Set(order.slice(0, countGood(finished.length)));
  return {
    good: trials.filter((trial) => good.has(trial)),
    others: trials.filter((trial) => !good.has(trial)),
  };
}

function scoreGivenUp({ epoch, scores }: SeenResult): readonly number[] {
  return [-epoch, scores[0]!];
}

/** Equal ones keep their order. */
function sortBy<T>(items: readonly T[], score: (item: T, index: number) => readonly number[]): T[] {
  const scored = items.map((item, i) => ({ item, key: score(item, i) }));
  return scored.sort((a, b) => compare(a.key, b.key)).map(({ item }) => item);
}

function compare(a: readonly number[], b: readonly number[]): number {
  const i = a.findIndex((x, place) => x !== b[place]);
  return i < 0 ? 0 : a[i]! < b[i]! ? -1 : 1;
}
