import { haveSameImages, LEVEL, testDifference } from '../../report/findings/compare.js';
import type { ReportedRun } from '../../report/findings/reported-run.js';
import { formatP } from '../../report/findings/words.js';
import { correctByHolm } from '../../report/statistics/holm.js';
import { compareMeans } from '../../report/statistics/samples.js';
import { formatMeasure, type GridMeasure } from './measures.js';
import type { Setting } from './settings.js';

/** A setting that may win: itself, or the best of those that have one value of a field. */
export interface Candidate {
  /** In words. */
  readonly name: string;
  readonly setting: Setting;
  /** Settings of which this is the best one, itself included: it has been chosen after the fact. */
  readonly among: number;
}

/** A candidate that did not win. */
export interface Rival {
  readonly name: string;
  /** Its first run. */
  readonly run: number;
  /** By how much its mean is worse; at least 0. */
  readonly behind: number;
  /** Corrected by Holm's method; null where it could not be tested. */
  readonly p: number | null;
}

/** Which candidate wins, and whether that is more than chance. */
export interface Verdict {
  readonly answer: 'yes' | 'no' | 'untested';
  readonly winner: string;
  readonly winnerRuns: readonly number[];
  /** The winner and the runner-up, and what their difference is worth. */
  readonly sentence: string;
  /** The runner-up first. */
  readonly rivals: readonly Rival[];
}

/** Of more candidates only the best ones are tested: each may take reading all of two runs' predictions. */
const MOST_RIVALS = 50;

/**
 * The best candidate against each other one: by Welch's test over the seeds, or, of two networks of one seed each, by McNemar's test on the test
 * images. The winner, and the settings that stand for the candidates, are known only after the fact; so this is corrected by Holm's method for all
 * comparisons that it could have come to: each setting of a candidate with each one of another.
 *
 * @param candidates the best first
 * @param readRun a finished run with its answers
 * @returns null for fewer than two candidates
 */
export function judgeCandidates(
  candidates: readonly Candidate[],
  measure: GridMeasure,
  readRun: (runId: number) => ReportedRun,
): Verdict | null {
  const [winner, ...all] = candidates;
  const others = all.slice(0, MOST_RIVALS);
  if (winner === undefined || others.length === 0) return null;
  const tests = others.map(({ setting }) => testSettings(winner.setting, setting, measure, readRun));
  const comparisons = countComparisons(candidates);
  const corrected = correctTested(tests, comparisons);
  const rivals = others.map(({ name, setting }, i): Rival => {
    const behind = measure.sign * (setting.mean - winner.setting.mean);
    return { name, run: setting.runs[0]!, behind, p: corrected[i]! };
  });
  const p = rivals[0]!.p;
  return {
    answer: p === null ? 'untested' : p < LEVEL ? 'yes' : 'no',
    winner: winner.name,
    winnerRuns: winner.setting.runs,
    sentence: tellVerdict(winner, rivals, tests[0]!, measure, comparisons),
    rivals,
  };
}

const TESTS = {
  seeds: 'Welch’s test over the seeds',
  images: 'McNemar’s test on the test images',
  totals: 'the two-proportion test of the totals, as they were not tested on the same images',
} as const;

interface SettingsTest {
  readonly p: number;
  readonly by: keyof typeof TESTS;
}

/** Why nothing tells two settings apart, and what would. */
type Untested = 'one seed each' | 'one seed of one' | 'no spread';

const UNTESTED: Readonly<Record<Untested, string>> = {
  'one seed each': 'cannot be told from one seed of each: train both with two other seeds at least',
  'one seed of one':
    'cannot be told, since one of the two has a single seed: train that one with two other seeds at least',
  'no spread': 'cannot be told, since neither varies from seed to seed: train both with more seeds',
};

/** How probable so great a difference is if both are equally good, or why that cannot be told. */
function testSettings(
  better: Setting,
  worse: Setting,
  { name }: GridMeasure,
  readRun: (runId: number) => ReportedRun,
): SettingsTest | Untested {
  const overSeeds = compareMeans(better.results, worse.results);
  if (overSeeds !== null) return { p: overSeeds, by: 'seeds' };
  const [few, many] = [better.runs.length, worse.runs.length].sort((a, b) => a - b) as [number, number];
  if (few > 1) return 'no spread';
  if (many > 1) return 'one seed of one';
  if (name !== 'test_error_percent') return 'one seed each';
  const [first, second] = [readRun(better.runs[0]!), readRun(worse.runs[0]!)];
  // Errors with test-time augmentation may be in another order than the recorded answers: these do not speak for the better one then.
  const p = first.errors < second.errors ? testDifference(first, second) : 1;
  return { p, by: haveSameImages(first, second) ? 'images' : 'totals' };
}

/** Pairs of settings that are not of one candidate. */
function countComparisons(candidates: readonly Candidate[]): number {
  let [pairs, before] = [0, 0];
  for (const { among } of candidates) {
    pairs += before * among;
    before += among;
  }
  return pairs;
}

function correctTested(tests: readonly (SettingsTest | Untested)[], comparisons: number): (number | null)[] {
  const told = tests.flatMap((test) => (typeof test === 'string' ? [] : [test.p]));
  const corrected = correctByHolm(told, comparisons);
  let at = 0;
  return tests.map((test) => (typeof test === 'string' ? null : corrected[at++]!));
}

function tellVerdict(
  winner: Candidate,
  [second]: readonly Rival[],
  test: SettingsTest | Untested,
  measure: GridMeasure,
  comparisons: number,
): string {
  const lead = `${tellResult(winner, measure)}. The runner-up, ${second!.name}, is ${formatMeasure(second!.behind, measure)} behind`;
  if (typeof test === 'string') return `${lead}. Whether that is more than chance ${UNTESTED[test]}.`;
  const corrected =
    comparisons > 1
      ? `, corrected by Holm’s method for the ${comparisons.toLocaleString('en-US')} pairs of settings of which this could have been the one`
      : '';
  const verdict = second!.p! < LEVEL ? 'that is more than chance' : 'that may be chance';
  const caveat =
    test.by !== 'seeds'
      ? ' This is about these trained networks: with one seed of each, another seed could turn the order round.'
      : '';
  return `${lead}: ${verdict} (${formatP(second!.p!)}, ${TESTS[test.by]}${corrected}).${caveat}`;
}

function tellResult({ name, setting: { mean, deviation, runs } }: Candidate, measure: GridMeasure): string {
  const spread =
    deviation === null ? '' : ` ± ${formatMeasure(deviation, measure)} over ${runs.length} seeds`;
  return `${name} has the best ${measure.label}, ${formatMeasure(mean, measure)}${spread}`;
}
