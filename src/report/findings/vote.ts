import { type Block, paragraph } from '../document/blocks.js';
import { haveSameImages, type NamedRun } from './compare.js';
import { listWrong } from './reported-run.js';
import { formatPercent } from './words.js';

/** How much several runs agree on the test images, and how well they do as a vote; nothing where their answers are not recorded. */
export function describeVote(points: readonly NamedRun[], noun: string): Block[] {
  if (points.length < 3 || !points.every(({ run }) => haveSameImages(points[0]!.run, run))) return [];
  const wrong = points.map(({ run }) => listWrong(run)!);
  const { labels } = points[0]!.run.answers!;
  const votes = points.map(({ run }) => run.answers!.predicted);
  let [byAll, byAny, byVote] = [0, 0, 0];
  labels.forEach((label, i) => {
    const misses = wrong.reduce((sum, row) => sum + row[i]!, 0);
    if (misses === points.length) byAll++;
    if (misses > 0) byAny++;
    if (findMajority(votes.map((predicted) => predicted[i]!)) !== label) byVote++;
  });
  const mean = points.reduce((sum, { run }) => sum + run.errors, 0) / points.length;
  return [
    paragraph(
      `${byAny === byAll ? 'The networks miss the same' : 'The networks do not miss the same'} ${noun}: ${byAny} are missed by at least ` +
        `one of the ${points.length}, ${byAll} by all, while one network misses ${mean.toFixed(0)} on average. Let ` +
        'them vote (the class that most of them name; of equally many, the one named first), and ' +
        `${formatPercent((100 * byVote) / labels.length)} are wrong.`,
    ),
  ];
}

/** The most frequent value; of equally frequent ones, that which comes first. */
function findMajority(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((most, entry) => (entry[1] > most[1] ? entry : most))[0];
}
