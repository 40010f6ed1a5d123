import { type Block, paragraph } from '../document/blocks.js';
import { testCochran } from '../statistics/cochran.js';
import { correctByHolm } from '../statistics/holm.js';
import { haveSameImages, LEVEL, type NamedRun, type SeedMargin, testDifference } from './compare.js';
import { listWrong } from './reported-run.js';
import { formatP, formatPercent, formatPoints, formatProbability, joinWords } from './words.js';

/** How probable totals at least so different are if all runs are equally good (Cochran's Q); null for fewer than three, or without their answers. */
export function testEquality(points: readonly NamedRun[]): number | null {
  if (points.length < 3 || !points.every(({ run }) => haveSameImages(points[0]!.run, run))) return null;
  return testCochran(points.map(({ run }) => listWrong(run)!)).p;
}

/** Whether several runs could have one and the same error rate; nothing where that cannot be tested. */
export function describeEquality(points: readonly NamedRun[], noun: string): Block[] {
  const p = testEquality(points);
  if (p === null) return [];
  const verdict =
    p < LEVEL
      ? 'so they are not all equally good'
      : `so the test ${noun} do not tell these networks apart: their order may be chance`;
  return [
    paragraph(
      `Were all ${points.length} trained networks equally good, totals at least so different on these ` +
        `${noun} would have probability ${formatProbability(p)} (Cochran’s Q test), ${verdict}.`,
    ),
  ];
}

/** A run beside the best one. */
interface Other {
  readonly name: string;
  /** How much greater its test error is; negative if it is less. */
  readonly points: number;
  /** Corrected for the number of comparisons. */
  readonly p: number;
}

/**
 * The best of at least three runs against each other one, corrected for the number of comparisons.
 *
 * @param chosen the best by validation images; absent: the one with the fewest test errors
 */
export function discussBest(
  points: readonly NamedRun[],
  margin: SeedMargin | null,
  noun: string,
  chosen?: NamedRun,
): Block[] {
  if (points.length < 3) return [];
  const best =
    chosen ??
    points.reduce((least, point) => (point.run.errorPercent < least.run.errorPercent ? point : least));
  const rest = points.filter((point) => point !== best);
  const p = correctByHolm(rest.map(({ run }) => testDifference(best.run, run)));
  const others = rest.map(
    ({ name, run }, i): Other => ({ name, points: run.errorPercent - best.run.errorPercent, p: p[i]! }),
  );
  return [
    ...describeEquality(points, noun),
    paragraph(
      `${describeBest(best, chosen !== undefined)} ` +
        `${tellApart(others, noun)} (McNemar’s test against the best, corrected for ${others.length} comparisons by Holm’s method.) ` +
        describeBeyond(others, margin),
    ),
  ];
}

/** `BN has the fewest errors, 1.20%.` */
export function describeBest({ name, run }: NamedRun, validates: boolean): string {
  const where = validates ? ' on the validation images, and on the test images' : ',';
  return `${name} has the fewest errors${where} ${formatPercent(run.errorPercent)}.`;
}

function tellApart(others: readonly Other[], noun: string): string {
  const tell = (some: readonly Other[]) =>
    joinWords(
      some.map(
        ({ name, points, p }) =>
          `${name} (${formatPoints(points)} ${points < 0 ? 'fewer' : 'more'}, ${formatP(p)})`,
      ),
    );
  const apart = others.filter(({ p }) => p < LEVEL);
  const alike = others.filter(({ p }) => p >= LEVEL);
  if (apart.length === 0) return `The test ${noun} do not tell it apart from ${tell(alike)}.`;
  const but = alike.length === 0 ? '' : `, but not from ${tell(alike)}`;
  return `The test ${noun} tell it apart from ${tell(apart)}${but}.`;
}

function describeBeyond(others: readonly Other[], margin: SeedMargin | null): string {
  if (margin === null) return '';
  const beyond = others.filter(({ points }) => points > margin.points).map(({ name }) => name);
  const limit = `the seed margin of ${formatPoints(margin.points)}`;
  if (beyond.length === 0) return `All lie within ${limit} of the best: other seeds could change the order.`;
  if (beyond.length === others.length) return `All others lie further from the best than ${limit}.`;
  const verb = beyond.length === 1 ? 'lies' : 'lie';
  return (
    `Only ${joinWords(beyond)} ${verb} further from the best than ${limit}; among the rest, other seeds ` +
    'could change the order.'
  );
}
