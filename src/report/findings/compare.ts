import { formatCount } from '../format-values.js';
import { type Discordance, testMcNemar } from '../statistics/mcnemar.js';
import { compareProportions } from '../statistics/proportion.js';
import { compareMeans, predictDifference } from '../statistics/samples.js';
import { measureSpread, type Spread } from '../statistics/spread.js';
import { listWrong, type ReportedRun } from './reported-run.js';
import { formatP, formatPoints, formatProbability } from './words.js';

/** Below this, a difference counts as more than chance. */
export const LEVEL = 0.05;

/** A run under the name that a text gives it. */
export interface NamedRun {
  readonly name: string;
  readonly run: ReportedRun;
  /** Its like with other seeds, itself included. */
  readonly seeds: readonly ReportedRun[];
}

/** How far apart two runs that differ in nothing but the seed may lie, as runs of one network show. */
export interface SeedMargin {
  readonly label: string;
  readonly n: number;
  readonly mean: number;
  readonly deviation: number;
  /** In percentage points: 95% of pairs lie within. */
  readonly points: number;
}

/** The margin that finished runs over seeds show; null for fewer than three, whose deviation says next to nothing. */
export function measureSeedMargin(seeds: readonly ReportedRun[]): SeedMargin | null {
  if (seeds.length < 3) return null;
  const errors = seeds.map((run) => run.errorPercent);
  const { n, mean, deviation } = measureSpread(errors);
  return { label: seeds[0]!.label, n, mean, deviation: deviation!, points: predictDifference(errors)! };
}

/** Whether two runs have their answers to the same test images recorded. */
export function haveSameImages(a: ReportedRun, b: ReportedRun): boolean {
  return (
    a.answers !== null &&
    b.answers !== null &&
    a.datasetSha256 === b.datasetSha256 &&
    a.answers.firstExample === b.answers.firstExample &&
    a.answers.predicted.length === b.answers.predicted.length
  );
}

/** How two runs differ on the same test images; null where their answers are not recorded, or of other images. */
export function findDiscordance(a: ReportedRun, b: ReportedRun): Discordance | null {
  if (!haveSameImages(a, b)) return null;
  const [wrongA, wrongB] = [listWrong(a)!, listWrong(b)!];
  let [onlyFirst, onlySecond] = [0, 0];
  wrongA.forEach((wrong, i) => {
    if (wrong > wrongB[i]!) onlyFirst++;
    if (wrong < wrongB[i]!) onlySecond++;
  });
  return { onlyFirst, onlySecond };
}

/** How probable so great a difference is between equally good networks: McNemar's test, or without the answers the unpaired one. */
export function testDifference(a: ReportedRun, b: ReportedRun): number {
  const discordance = findDiscordance(a, b);
  if (discordance !== null) return testMcNemar(discordance);
  return compareProportions({ hits: a.errors, n: a.images }, { hits: b.errors, n: b.images });
}

/** Whether a run has fewer errors than another, by more than chance. */
export function isBetter(a: ReportedRun, b: ReportedRun): boolean {
  return a.errorPercent < b.errorPercent && testDifference(a, b) < LEVEL;
}

/**
 * Says in a few sentences how two runs differ and what that is worth: the counts, McNemar's test on the test images, and the seeds.
 *
 * @param noun what the images show, in the plural: `digits`
 */
export function describeDifference(
  a: NamedRun,
  b: NamedRun,
  margin: SeedMargin | null,
  noun: string,
): string {
  const [better, worse] = a.run.errors <= b.run.errors ? [a, b] : [b, a];
  const points = worse.run.errorPercent - better.run.errorPercent;
  return [
    describeCounts(better, worse, points, noun),
    describeTest(better, worse, noun),
    describeSeeds(better, worse, points, margin),
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

function describeCounts(better: NamedRun, worse: NamedRun, points: number, noun: string): string {
  const { errors, images } = better.run;
  if (images !== worse.run.images) {
    return (
      `${better.name} has ${better.run.errorPercent.toFixed(2)}% errors, ${worse.name} ` +
      `${worse.run.errorPercent.toFixed(2)}%.`
    );
  }
  const all = `of the ${formatCount(images)} test ${noun}`;
  if (errors === worse.run.errors) return `${better.name} and ${worse.name} both get ${errors} ${all} wrong.`;
  return (
    `${better.name} gets ${errors} ${all} wrong and ${worse.name} ${worse.run.errors}: ` +
    `${worse.run.errors - errors} fewer, a difference of ${formatPoints(points)}.`
  );
}

function describeTest(better: NamedRun, worse: NamedRun, noun: string): string {
  const discordance = findDiscordance(better.run, worse.run);
  const p = testDifference(better.run, worse.run);
  const verdict =
    p < LEVEL ? 'so these two trained networks do differ' : `so these ${noun} do not tell the two apart`;
  if (discordance === null) {
    return (
      `Their single answers are not recorded for the same ${noun}, so only the totals can be compared: ` +
      'were both equally good, a difference at least so great would have probability ' +
      `${formatProbability(p)} (two-proportion test), ${verdict}.`
    );
  }
  const { onlyFirst, onlySecond } = discordance;
  return (
    `${onlySecond} ${noun} only ${better.name} gets right, ${onlyFirst} only ${worse.name}; were both ` +
    `equally good, a split at least so uneven would have probability ${formatProbability(p)} (McNemar’s ` +
    `test), ${verdict}.`
  );
}

function describeSeeds(better: NamedRun, worse: NamedRun, points: number, margin: SeedMargin | null): string {
  const [first, second] = [better, worse].map(({ seeds }) => seeds.map((run) => run.errorPercent)) as [
    number[],
    number[],
  ];
  const p = compareMeans(first, second);
  if (p !== null) {
    const [a, b] = [measureSpread(first), measureSpread(second)];
    const verdict =
      p < LEVEL
        ? `${a.mean < b.mean ? better.name : worse.name} is better over the seeds`
        : 'other seeds could turn the order round';
    const over = (name: string, { n, mean, deviation }: Spread) =>
      `${name} ${mean.toFixed(2)} ± ${deviation!.toFixed(2)}% over ${n} seeds`;
    return `${over(better.name, a)}, ${over(worse.name, b)}: by Welch’s test (${formatP(p)}), ${verdict}.`;
  }
  if (margin === null) return 'How much another seed would move either is not known.';
  return points > margin.points
    ? `The difference is greater than the seed margin of ${formatPoints(margin.points)}.`
    : `It is within the seed margin of ${formatPoints(margin.points)}: other seeds could turn the order ` +
        'round.';
}
