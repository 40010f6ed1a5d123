import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/core/rng.js';
import { GRID_MEASURES } from '../../src/dashboard/grid/measures.js';
import type { Setting } from '../../src/dashboard/grid/settings.js';
import { type Candidate, judgeCandidates } from '../../src/dashboard/grid/verdict.js';
import type { ReportedRun } from '../../src/report/findings/reported-run.js';
import { measureSpread } from '../../src/report/statistics/spread.js';

const ERROR = GRID_MEASURES.find(({ name }) => name === 'test_error_percent')!;
const IMAGES = 10_000;

function makeSetting(name: string, results: readonly number[], firstRun = 1): Setting {
  const { mean, deviation } = measureSpread(results);
  const runs = results.map((_, i) => firstRun + i);
  return { name, values: {}, runs, results, mean, deviation, interval: null };
}

const byMean = (a: Setting, b: Setting) => a.mean - b.mean;

/** The best first. */
function makeCandidates(settings: readonly Setting[], among = 1): Candidate[] {
  return settings.toSorted(byMean).map((setting) => ({ name: setting.name, setting, among }));
}

/** A run that gets the first images wrong. */
function makeRun(errors: number): ReportedRun {
  const answers = {
    firstExample: 1,
    labels: new Uint8Array(IMAGES),
    predicted: Uint8Array.from({ length: IMAGES }, (_, i) => (i < errors ? 1 : 0)),
  };
  return { errors, images: IMAGES, datasetSha256: 'x', answers } as unknown as ReportedRun;
}

function readNothing(): never {
  throw new Error('expected no run to be read');
}

describe('a verdict on few seeds', () => {
  it('does not hold a single seed against one of several', () => {
    // The first run of B is far better than A, though its mean is worse.
    const candidates = makeCandidates([makeSetting('A', [5], 1), makeSetting('B', [2, 9, 9], 2)]);
    const verdict = judgeCandidates(candidates, ERROR, readNothing)!;
    expect(verdict).toMatchObject({ answer: 'untested', winner: 'A', rivals: [{ p: null }] });
    expect(verdict.sentence).toMatch(
      /cannot be told, since one of the two has a single seed: train that one/,
    );
  });

  it('says so where seeds make no difference', () => {
    const candidates = makeCandidates([makeSetting('A', [5, 5]), makeSetting('B', [6, 6])]);
    expect(judgeCandidates(candidates, ERROR, readNothing)!.sentence).toMatch(
      /neither varies from seed to seed/,
    );
  });

  it.each([
    ['yes', [500, 600]],
    // With test-time augmentation A is better; by the answers that are recorded, B is.
    ['no', [600, 500]],
  ])('answers %s if the recorded errors are %o', (answer, errors) => {
    const candidates = makeCandidates([makeSetting('A', [5], 0), makeSetting('B', [6], 1)]);
    expect(judgeCandidates(candidates, ERROR, (run) => makeRun(errors[run]!))).toMatchObject({ answer });
  });
});

describe('a verdict on settings that are all equal', () => {
  const TRIALS = 1000;
  /** 5%, and two of its standard errors. */
  const MOST = 0.05 + 2 * Math.sqrt((0.05 * 0.95) / TRIALS);

  /** How often any difference is taken for more than chance. */
  function countFalse(seeds: number, imagine: (draw: (count: number) => Setting[]) => Candidate[]): number {
    const stream = new RandomStream([17, seeds]);
    const draw = (count: number) =>
      Array.from({ length: count }, (_, i) =>
        makeSetting(
          `s${i}`,
          Array.from({ length: seeds }, () => 5 + 0.3 * stream.nextNormal()),
        ),
      );
    let found = 0;
    for (let trial = 0; trial < TRIALS; trial++) {
      const { rivals } = judgeCandidates(imagine(draw), ERROR, readNothing)!;
      if (rivals.some(({ p }) => p! < 0.05)) found++;
    }
    return found / TRIALS;
  }

  it.each([
    [2, 3],
    [2, 5],
    [4, 5],
    [10, 3],
    [10, 5],
  ])('errs in 5%% at most, of %d settings of %d seeds', (count, seeds) => {
    expect(countFalse(seeds, (draw) => makeCandidates(draw(count)))).toBeLessThan(MOST);
  });

  it.each([
    [1, 20],
    [10, 10],
  ])('errs in 5%% at most, of the best of %d settings against the best of %d', (few, many) => {
    const imagine = (draw: (count: number) => Setting[]) =>
      [few, many]
        .map((among) => ({ among, setting: draw(among).sort(byMean)[0]!, name: `of ${among}` }))
        .sort((a, b) => byMean(a.setting, b.setting));
    expect(countFalse(5, imagine)).toBeLessThan(MOST);
  });

  it('still sees what is there', () => {
    const stream = new RandomStream([18, 0]);
    const settings = [5, 6, 6, 6].map((error, i) =>
      makeSetting(
        `s${i}`,
        Array.from({ length: 5 }, () => error + 0.2 * stream.nextNormal()),
      ),
    );
    expect(judgeCandidates(makeCandidates(settings), ERROR, readNothing)).toMatchObject({
      answer: 'yes',
      winner: 's0',
    });
  });
});
