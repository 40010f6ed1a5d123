import type { Cohort, Rung } from './cohorts.js';

interface Halving {
  readonly reduction: number;
  readonly minEpochs: number;
  readonly cohort?: number | undefined;
}

/**
 * Synchronous successive halving (Jamieson and Talwalkar, AISTATS 2016): all trials of a cohort take `minEpochs`, the best one of `reduction` goes on to
 * `reduction` times as many, and so on up to `epochs`. By default a cohort is so large that one comes to the end.
 */
export function layOutHalving({ reduction, minEpochs, cohort }: Halving, epochs: number): Cohort {
  const stops = [];
  for (let stop = minEpochs; stop < epochs; stop *= reduction) stops.push(stop);
  return layOut([...stops, epochs], cohort ?? reduction ** stops.length, reduction);
}

/**
 * Hyperband (Li et al., JMLR 18, 2018): as many kinds of cohorts as there are first numbers of epochs, from many trials that begin with few epochs to few
 * trials that all come to the end, of about equal cost.
 */
export function layOutHyperband({ reduction, minEpochs }: Halving, epochs: number): Cohort[] {
  let rounds = 0;
  while (minEpochs * reduction ** (rounds + 1) <= epochs) rounds++;
  return Array.from({ length: rounds + 1 }, (_, i) => {
    const halvings = rounds - i;
    const size = Math.ceil(((rounds + 1) * reduction ** halvings) / (halvings + 1));
    const stops = Array.from({ length: halvings }, (_, j) =>
      Math.max(1, Math.floor(epochs / reduction ** (halvings - j))),
    );
    return layOut([...stops, epochs], size, reduction);
  });
}

function layOut(stops: readonly number[], size: number, reduction: number): Cohort {
  let left = size;
  const rungs = stops.map((epochs): Rung => {
    left = Math.max(1, Math.floor(left / reduction));
    return { epochs, keep: left };
  });
  return { size, rungs };
}
