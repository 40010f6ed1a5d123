import { describe, expect, it } from 'vitest';
import { parseSpace } from '../../src/search/parse-space.js';
import { makeSampler } from '../../src/search/samplers/registry.js';
import type { SamplerContext, SeenTrial } from '../../src/search/samplers/sampler.js';
import { BENCH_FUNCTIONS } from './bench-functions.js';
import { median, sampler, searchFunction } from './search-function.js';

const SEEDS = [0, 1, 2, 3, 4];

describe('after 100 trials, chosen without the results of the last four', () => {
  it.each(BENCH_FUNCTIONS.map((bench) => [bench.name, bench] as const))(
    'TPE is better than random on %s',
    (_, bench) => {
      const best = (kind: 'tpe' | 'random') =>
        median(SEEDS.map((seed) => searchFunction(bench, { spec: sampler(kind), seed, lag: 4 })));
      expect(best('tpe')).toBeLessThan(best('random'));
    },
  );
});

const space = parseSpace(
  {
    rate: { log: [0.001, 1] },
    width: { values: [0.2, 0.5, 1] },
    layers: { int: [1, 5], step: 2 },
    optimizer: { choice: ['adam', { kind: 'sgd', momentum: { uniform: [0.5, 0.9] } }] },
    epochs: 3,
  },
  'test',
);
const context = (changes: Partial<SamplerContext> = {}): SamplerContext => ({
  space,
  seed: 1,
  isFeasible: () => true,
  ...changes,
});

describe.each(['random', 'sobol', 'tpe'] as const)('the sampler %s', (kind) => {
  const choose = (count: number, changes: Partial<SamplerContext> = {}) => {
    const chooser = makeSampler(sampler(kind), context(changes));
    const seen: SeenTrial[] = [];
    while (seen.length < count) {
      const chosen = chooser.choose(seen)!;
      seen.push({ chosen, result: { isComplete: true, epoch: 1, scores: [chosen.rate!] } });
    }
    return seen.map(({ chosen }) => chosen);
  };

  it('stays in the space, and gives a parameter to those alone that have it', () => {
    for (const chosen of choose(60)) {
      const { rate, width, layers, epochs, optimizer } = space.fieldsOf(chosen) as Record<string, number>;
      expect(rate).toBeGreaterThanOrEqual(0.001);
      expect(rate).toBeLessThanOrEqual(1);
      expect([0.2, 0.5, 1]).toContain(width);
      expect([1, 3, 5]).toContain(layers);
      expect(epochs).toBe(3);
      expect(chosen['optimizer[1].momentum'] === undefined).toBe((optimizer as unknown) === 'adam');
    }
  });

  it('chooses the same again, and other trials for another seed', () => {
    expect(choose(30)).toEqual(choose(30));
    expect(choose(30)).not.toEqual(choose(30, { seed: 2 }));
  });

  it('chooses what meets the constraints, and says so if nothing does', () => {
    const isFeasible = (chosen: Readonly<Record<string, number>>) => chosen.rate! < 0.1 && chosen.layers! > 1;
    expect(choose(40, { isFeasible }).every(isFeasible)).toBe(true);
    expect(() => choose(1, { isFeasible: () => false })).toThrow(/found none in 1000 choices/);
  });
});

describe('the sampler grid', () => {
  const counted = parseSpace(
    { width: { values: [0.2, 1] }, kind: { choice: ['a', { deep: { int: [1, 2] } }] } },
    'test',
  );

  it('chooses every combination once, the last field fastest, and ends', () => {
    const chooser = makeSampler(sampler('grid'), context({ space: counted }));
    const chosen = Array.from({ length: 6 }, () => counted.fieldsOf(chooser.choose([])!));
    expect(chosen).toEqual([
      { width: 0.2, kind: 'a' },
      { width: 0.2, kind: { deep: 1 } },
      { width: 0.2, kind: { deep: 2 } },
      { width: 1, kind: 'a' },
      { width: 1, kind: { deep: 1 } },
      { width: 1, kind: { deep: 2 } },
    ]);
    expect(chooser.choose([])).toBeNull();
  });

  it('looks through 10,000 combinations in turn for one that meets the constraints', () => {
    const numbers = parseSpace({ x: { int: [0, 20_000] } }, 'test');
    const from = (least: number) =>
      makeSampler(sampler('grid'), context({ space: numbers, isFeasible: ({ x }) => x! >= least })).choose(
        [],
      );
    expect(from(9_999)).toEqual({ x: 9_999 });
    expect(() => from(10_000)).toThrow('found none in 10000 choices');
  });

  it('refuses a range', () => {
    expect(() => makeSampler(sampler('grid'), context())).toThrow(
      'search: rate: expected values that can be counted for the sampler grid, found a range. Give "values"',
    );
  });
});

describe('a search for two objectives', () => {
  it('finds more of the front by TPE than at random', () => {
    const plane = parseSpace(
      { x: { uniform: [0, 1] }, y: { uniform: [0, 1] }, z: { uniform: [0, 1] } },
      'test',
    );
    const countFront = (kind: 'tpe' | 'random') => {
      const chooser = makeSampler(sampler(kind), context({ space: plane }));
      const seen: SeenTrial[] = [];
      while (seen.length < 80) {
        const chosen = chooser.choose(seen)!;
        const far = chosen.y! ** 2 + chosen.z! ** 2;
        seen.push({
          chosen,
          result: { isComplete: true, epoch: 1, scores: [chosen.x! + far, 1 - chosen.x! + far] },
        });
      }
      return seen.filter(({ result }) => result!.scores[0]! + result!.scores[1]! < 1.1).length;
    };
    expect(countFront('tpe')).toBeGreaterThan(2 * countFront('random'));
  });
});
