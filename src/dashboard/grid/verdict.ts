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
 * The best candidate against each other one, corrected for the number of comparisons: by Welch's test over the seeds, or, where one has a single seed, by
 * McNemar's test on the test images.
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
  const corrected = correctTested(tests.map((test) => test?.p ?? null));
  const rivals = others.map(({ name, setting }, i): Rival => {
    const behind = measure.sign * (setting.mean - winner.setting.mean);
    return { name, run: setting.runs[0]!, behind, p: corrected[i]! };
  });
  const p = rivals[0]!.p;
  return {
    answer: p === null ? 'untested' : p < LEVEL ? 'yes' : 'no',
    winner: winner.name,
    winnerRuns: winner.setting.runs,
    sentence: tellVerdict(winner, rivals, tests[0]!, measure),
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

/** How probable so great a difference is if both are equally good; null where nothing tells. */
function testSettings(
  a: Setting,
  b: Setting,
  { name }: GridMeasure,
  readRun: (runId: number) => ReportedRun,
): SettingsTest | null {
  const overSeeds = compareMeans(a.results, b.results);
  if (overSeeds !== null) return { p: overSeeds, by: 'seeds' };
  if (name !== 'test_error_percent' || Math.min(a.runs.length, b.runs.length) > 1) return null;
  const [first, second] = [readRun(a.runs[0]!), readRun(b.runs[0]!)];
  return { p: testDifference(first, second), by: haveSameImages(first, second) ? 'images' : 'totals' };
}

function correctTested(pValues: readonly (number | null)[]): (number | null)[] {
  const corrected = correctByHolm(pValues.filter((p) => p !== null));
  let at = 0;
  return pValues.map((p) => (p === null ? null : corrected[at++]!));
}

function tellVerdict(
  winner: Candidate,
  rivals: readonly Rival[],
  test: SettingsTest | null,
  measure: GridMeasure,
): string {
  const [second] = rivals;
  const lead = `${tellResult(winner, measure)}. The runner-up, ${second!.name}, is ${formatMeasure(second!.behind, measure)} behind`;
  if (test === null || second!.p === null) {
    return `${lead}. Whether that is more than chance cannot be told from one seed of each: train both with two other seeds at least.`;
  }
  const corrected = rivals.length > 1 ? `, corrected for ${rivals.length} comparisons by Holm’s method` : '';
  const verdict = second!.p < LEVEL ? 'that is more than chance' : 'that may be chance';
  const caveat =
    test.by !== 'seeds'
      ? ' This is about these trained networks: with one seed of each, another seed could turn the order round.'
      : '';
  return `${lead}: ${verdict} (${formatP(second!.p)}, ${TESTS[test.by]}${corrected}).${caveat}`;
}

function tellResult({ name, setting: { mean, deviation, runs } }: Candidate, measure: GridMeasure): string {
  const spread =
    deviation === null ? '' : ` ± ${formatMeasure(deviation, measure)} over ${runs.length} seeds`;
  return `${name} has the best ${measure.label}, ${formatMeasure(mean, measure)}${spread}`;
}
