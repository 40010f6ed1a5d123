import { paragraph } from '../document/blocks.js';
import type { NamedRun } from '../findings/compare.js';
import { describeConfusion, describeConfusions } from '../findings/confusion.js';
import { chartBothCurves } from '../findings/error-charts.js';
import { readCurve } from '../findings/reported-run.js';
import { formatInterval, formatPercent, formatPoints } from '../findings/words.js';
import { predictRateDifference } from '../statistics/proportion.js';
import { nameRun } from './exercise-runs.js';
import { keepFinished, listErrors, type Part } from './part.js';

export const PART_B: Part = {
  letter: 'b',
  title: 'The baseline network',
  question:
    'Learning a deep network usually involves random numbers. Set the seed of the random number ' +
    'generator to 0, then learn the parameters of BASE from the first 10,000 training examples. After ' +
    '20 epochs, what is the error rate on the 10,000 test examples?',
  table: {
    caption: 'BASE after its last epoch',
    nameTitle: 'network',
    rows: (runs) => [{ name: 'BASE', point: runs.part('b')[0]! }],
  },
  answer: (runs) => listErrors([nameRun(runs.part('b')[0], 'BASE')]),
  discuss(runs) {
    const [base] = keepFinished([nameRun(runs.part('b')[0], 'BASE')]);
    if (base === undefined) return [];
    return [
      ...chartBothCurves('chart-b', 'BASE: training and test error by epoch', [base]),
      paragraph(describeResult(base)),
      paragraph(describeEpochs(base)),
      describeConfusion('BASE: which digit is taken for which', base.run),
      paragraph(describeConfusions(base.run)),
    ];
  },
};

function describeResult({ run }: NamedRun): string {
  const chance = 100 * predictRateDifference(run.errors, run.images);
  return (
    `BASE gets ${run.errors} of ${run.images.toLocaleString('en-US')} test digits wrong, ` +
    `${formatPercent(run.errorPercent)}. On other digits of the same kind, this trained network would ` +
    `be wrong in ${formatInterval(run.interval)}% of the cases (Wilson’s 95% interval); two that ` +
    `are equally good, each tested on as many digits of its own, lie within ${formatPoints(chance)} of each other 19 times out of 20.`
  );
}

function describeEpochs({ run }: NamedRun): string {
  const test = readCurve(run, 'testErrorPercent');
  const train = readCurve(run, 'trainErrorPercent').at(-1)?.[1] ?? null;
  const best = test.reduce((least, point) => ((point[1] ?? 100) < (least[1] ?? 100) ? point : least));
  const gap =
    train === null
      ? ''
      : `In the last epoch the training error was ${formatPercent(train)} (each mini-batch measured ` +
        'before its own update). ';
  const early =
    best[0] === test.at(-1)![0]
      ? 'The last epoch was also the best one on the test digits.'
      : `The test error was least after epoch ${best[0]}, ${formatPercent(best[1]!)}; to choose that ` +
        'epoch by the test digits would be to learn from them, so the last one counts.';
  return gap + early;
}
