import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSearch } from '../../src/search/search-file.js';
import type { Assignment } from '../../src/search/space.js';
import { Study } from '../../src/search/study.js';
import type { RunProgress, Trial } from '../../src/search/trial.js';

interface FakeRun {
  readonly key: string;
  readonly x: number;
  readonly seed: number;
  readonly epochs: number;
}

const EPOCHS = 9;
/** A curve that falls towards what x is worth; above 0.95 the run diverges in its second epoch. */
const valueAt = ({ x, seed }: FakeRun, epoch: number) => (x - 0.3) ** 2 + 1 / (epoch + 1) + 0.001 * seed;

/** A world in which runs train, in any order, and of which all but the curves may be forgotten. */
class World {
  readonly curves = new Map<string, number>();
  trained = 0;

  read(run: FakeRun): RunProgress | null {
    const done = this.curves.get(run.key);
    if (done === undefined) return null;
    const curve = Array.from({ length: done }, (_, i) => valueAt(run, i + 1));
    if (run.x > 0.95 && done >= 2) return { curve: curve.slice(0, 1), scores: [Number.POSITIVE_INFINITY] };
    return { curve, scores: done === run.epochs ? [curve.at(-1)!] : null };
  }

  train(run: FakeRun, untilEpoch: number | null): void {
    const before = this.curves.get(run.key) ?? 0;
    const end = Math.max(before, untilEpoch ?? run.epochs);
    this.trained += end - before;
    this.curves.set(run.key, end);
  }
}

const makeStudy = (world: World, changes: object) => {
  const written = { trials: 30, seed: 3, lag: 3, space: { width: { uniform: [0, 1] } }, ...changes };
  const { search } = parseSearch({ base: {}, search: written }, 'test', 'test');
  return new Study<FakeRun>(search, {
    isFeasible: () => true,
    readProgress: (run) => world.read(run),
    plan: async (chosen: Assignment) => {
      const x = chosen.width!;
      const runs = Array.from({ length: search.seeds }, (_, seed) => ({
        key: `${x} ${seed}`,
        x,
        seed,
        epochs: EPOCHS,
      }));
      return { runs, epochs: EPOCHS, imagesPerEpoch: 10 };
    },
  });
};

const tell = ({ number, chosen, state, values, epochs, scores }: Trial<FakeRun>) => ({
  number,
  chosen,
  state,
  values: [...values],
  epochs,
  scores,
});

/** Runs it to its end, with so many lanes; `pick` says which task is done next, and whether the study is then forgotten. */
async function finish(
  changes: object,
  { lanes = 1, pick = (): number => 0, forget = (): boolean => false, world = new World() } = {},
) {
  let study = makeStudy(world, changes);
  for (;;) {
    await study.advance();
    const tasks = study.listTasks().slice(0, lanes);
    if (tasks.length === 0)
      return { trials: study.trials.map(tell), end: study.end, world, isOver: study.isOver };
    const { run, untilEpoch } = tasks[pick() % tasks.length]!;
    world.train(run, untilEpoch);
    if (forget()) study = makeStudy(world, changes);
  }
}

const PRUNERS = {
  none: null,
  median: { kind: 'median', startupTrials: 3 },
  'successive halving': { kind: 'successive-halving', reduction: 3 },
  hyperband: { kind: 'hyperband', reduction: 3 },
};

describe.each(Object.entries(PRUNERS))('a search with the pruner %s', (_, pruner) => {
  it.each(['tpe', 'sobol'])(
    'by %s gives the same trials for any lanes, orders and interruptions',
    async (kind) => {
      const changes = { pruner, sampler: kind === 'tpe' ? { kind, startupTrials: 4 } : kind };
      const { trials } = await finish(changes);
      await fc.assert(
        fc.asyncProperty(
          fc.infiniteStream(fc.nat(7)),
          fc.integer({ min: 1, max: 8 }),
          async (draws, lanes) => {
            const next = () => draws.next().value!;
            const other = await finish(changes, { lanes, pick: next, forget: () => next() === 0 });
            expect(other.trials).toEqual(trials);
          },
        ),
        { numRuns: 4, seed: 1 },
      );
    },
  );

  it('goes on with more trials as if they had been asked for at once', async () => {
    const first = await finish({ pruner, trials: 13 });
    const more = await finish({ pruner, trials: 40 }, { world: first.world });
    const atOnce = await finish({ pruner, trials: 40 });
    expect(more.trials).toEqual(atOnce.trials);
    expect(first.world.trained).toBe(atOnce.world.trained);
  });

  it('takes the mean over seeds', async () => {
    const { trials } = await finish({ pruner, seeds: 2, trials: 9 });
    for (const { chosen, scores } of trials) {
      if (scores === null || chosen.width! > 0.95) continue;
      expect(scores[0]).toBeCloseTo((chosen.width! - 0.3) ** 2 + 1 / (EPOCHS + 1) + 0.0005, 12);
    }
    expect(trials.some(({ scores }) => scores !== null)).toBe(true);
  });
});

describe('pruners', () => {
  it('halve: of nine trials three go on to three epochs, and the best of these to nine', async () => {
    const { trials, world } = await finish({
      pruner: PRUNERS['successive halving'],
      trials: 9,
      sampler: 'random',
    });
    const byValue = (rung: number) => (a: (typeof trials)[number], b: (typeof trials)[number]) =>
      a.values[rung]! - b.values[rung]!;
    const second = trials.toSorted(byValue(0)).slice(0, 3);
    expect(trials.filter(({ values }) => values.length > 1)).toEqual(
      second.toSorted((a, b) => a.number - b.number),
    );
    const [best] = second.toSorted(byValue(1));
    expect(trials.filter(({ state }) => state === 'complete')).toEqual([best]);
    expect(world.trained).toBe(9 + 3 * 2 + 6);
  });

  it.each([
    ['none', 2],
    ['median', 2],
    ['successive halving', 3],
    ['hyperband', 3],
  ] as const)('%s: %i trials can be under way at a time', async (name, lanes) => {
    const study = makeStudy(new World(), { pruner: PRUNERS[name], trials: 27, lag: 2 });
    await study.advance();
    expect(study.lanes).toBe(lanes);
  });

  it('leave a cohort undecided that is not full, and say nothing is left to do', async () => {
    const { trials, isOver } = await finish({ pruner: PRUNERS['successive halving'], trials: 12 });
    expect(trials.slice(9).map(({ state }) => state)).toEqual(['waiting', 'waiting', 'waiting']);
    expect(isOver).toBe(true);
  });

  it('give up by the median what is worse than the trials up to k − lag at that epoch', async () => {
    const { trials } = await finish({ pruner: PRUNERS.median, sampler: 'random' });
    for (const trial of trials) {
      const others = trials
        .slice(0, Math.max(0, trial.number - 3))
        .filter(({ state }) => state === 'complete');
      trial.values.slice(0, EPOCHS - 1).forEach((_, rung) => {
        const there = others.map(({ values }) => values[rung]!).sort((a, b) => a - b);
        const middle =
          (there[Math.floor((there.length - 1) / 2)]! + there[Math.ceil((there.length - 1) / 2)]!) / 2;
        const isWorse = there.length >= 3 && Math.min(...trial.values.slice(0, rung + 1)) > middle;
        expect(isWorse).toBe(trial.state === 'pruned' && rung === trial.values.length - 1);
      });
    }
    expect(trials.some(({ state }) => state === 'pruned')).toBe(true);
  });
});

describe('a limit', () => {
  it('of images ends a search before the trial that would go beyond it', async () => {
    const { trials, end } = await finish({
      trials: undefined,
      images: 10 * EPOCHS * 7 + 5,
      sampler: 'random',
      lag: 1,
    });
    const images = trials.reduce((sum, { epochs }) => sum + 10 * epochs, 0);
    expect(images).toBeLessThanOrEqual(10 * EPOCHS * 7 + 5);
    expect(images).toBeGreaterThan(10 * EPOCHS * 6 + 5);
    expect(end).toBe('another one would go beyond the images');
  });

  it('of images counts a whole cohort before it begins', async () => {
    const images = 10 * (9 + 3 * 2 + 6);
    const run = (limit: number) =>
      finish({ trials: undefined, images: limit, pruner: PRUNERS['successive halving'] });
    await expect(run(images - 1)).rejects.toThrow(`expected at least the ${images} of the first cohort`);
    expect((await run(images)).trials).toHaveLength(9);
    expect((await run(2 * images)).trials).toHaveLength(18);
  });
});
