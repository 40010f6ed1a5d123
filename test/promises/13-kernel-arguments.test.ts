import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';
import { mutation } from '../helpers/kernel-arguments/mutations.js';
import { MEMORY_KINDS } from '../helpers/kernel-arguments/placed-arrays.js';
import { listMethods } from '../helpers/kernel-arguments/record-calls.js';
import { collectSeeds, MOST_SEEDS } from '../helpers/kernel-arguments/seeds.js';
import { type Outcome, tryCall } from '../helpers/kernel-arguments/try-call.js';
import { countOf, IS_SOAK, reportFigure } from '../helpers/soak.js';

const names = availableKernelNames().filter((name) => name !== 'reference');
const CASES = countOf({ share: 3000, whole: 100_000 });

describe.skipIf(names.length === 0)('native kernels are safe on any argument', () => {
  const sets = new Map(names.map((name) => [name, loadKernels(name)]));
  const methods = [...new Set([...sets.values()].flatMap(listMethods))];
  const seeds = collectSeeds(loadKernels(names[0] ?? 'reference'));

  it.each(methods)('%s has calls to begin with', (method) => {
    expect(seeds.get(method)?.length ?? 0).toBeGreaterThan(0);
  });

  it(`${CASES} calls with up to three things wrong end in a typed error or in the reference's result`, () => {
    const counts: Record<Outcome, number> = { refused: 0, ran: 0, right: 0 };
    const tried = new Set<string>();
    const anyCall = fc.record({
      name: fc.constantFrom(...names),
      method: fc.constantFrom(...methods),
      seed: fc.nat(MOST_SEEDS - 1),
      kinds: fc.array(fc.constantFrom(...MEMORY_KINDS), { minLength: 1, maxLength: 3 }),
      mutations: fc.array(mutation, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(anyCall, ({ name, method, seed, kinds, mutations }) => {
        const known = seeds.get(method)!;
        tried.add(method);
        counts[tryCall(sets.get(name)!, known[seed % known.length]!, kinds, mutations)]++;
      }),
      { numRuns: CASES, ...(IS_SOAK ? {} : { seed: 13 }) },
    );
    expect(tried.size).toBe(methods.length);
    // The calls are neither all nonsense nor all right.
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(CASES / 20);
    reportFigure(
      13,
      `${CASES} calls of ${methods.length} kernels in ${names.join(', ')}: ${counts.refused} refused, ${counts.right} as the reference, ` +
        `${counts.ran} with nothing to compare with; no write outside the outputs`,
    );
  });
});
