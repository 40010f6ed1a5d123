import { makeSampler, readSampler, type SamplerSpec } from '../../src/search/samplers/registry.js';
import type { SeenTrial } from '../../src/search/samplers/sampler.js';
import { type BenchFunction, spaceOf } from './bench-functions.js';

export const sampler = (kind: SamplerSpec['kind']): SamplerSpec => readSampler(kind);

/** The lowest value of each function that a search comes to in so many trials. */
export function searchFunction(
  bench: BenchFunction,
  { spec, seed, trials = 100, lag = 1 }: { spec: SamplerSpec; seed: number; trials?: number; lag?: number },
): number {
  const space = spaceOf(bench);
  const chooser = makeSampler(spec, { space, seed, isFeasible: () => true });
  const done: { chosen: SeenTrial['chosen']; value: number }[] = [];
  for (let k = 1; k <= trials; k++) {
    const seen = done.map(({ chosen, value }, i): SeenTrial => {
      const isKnown = i + 1 <= k - lag;
      return { chosen, result: isKnown ? { isComplete: true, epoch: 1, scores: [value] } : null };
    });
    const chosen = chooser.choose(seen);
    if (chosen === null) break;
    done.push({ chosen, value: bench.compute(space.fieldsOf(chosen)) });
  }
  return Math.min(...done.map(({ value }) => value));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
}
