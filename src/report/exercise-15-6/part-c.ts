import { type Block, paragraph } from '../document/blocks.js';
import { isBetter } from '../findings/compare.js';
import { chartBothCurves } from '../findings/error-charts.js';
import { findFirstBelow, readCurve } from '../findings/reported-run.js';
import { formatPercent, formatTimes } from '../findings/words.js';
import { type ExerciseRuns, nameRun } from './exercise-runs.js';
import { compareTwo, keepFinished, type Part, tellBeside } from './part.js';

const findPair = (runs: ExerciseRuns) => ({
  base: nameRun(runs.part('b')[0], 'BASE'),
  bn: nameRun(runs.part('c')[0], 'BN'),
});

export const PART_C: Part = {
  letter: 'c',
  title: 'Batch normalisation',
  question:
    'From now on, unless something else is said, the first 10,000 training examples and 20 epochs are ' +
    'used. BN is BASE with a batch normalisation layer after each of the convolutional layers in the ' +
    'first three blocks. What is its error rate? What do you say of BN beside BASE?',
  table: {
    caption: 'BN beside BASE',
    nameTitle: 'network',
    rows: (runs) => [
      { name: 'BASE', point: runs.part('b')[0]! },
      { name: 'BN', point: runs.part('c')[0]! },
    ],
  },
  answer: (runs) => {
    const { base, bn } = findPair(runs);
    return tellBeside(bn, base);
  },
  discuss(runs) {
    const { base, bn } = findPair(runs);
    return [
      ...chartBothCurves(
        'chart-c',
        'BASE and BN: training and test error by epoch',
        keepFinished([base, bn]),
      ),
      ...compareTwo(bn, base, runs.margin),
      ...discussSpeed(runs),
    ];
  },
};

function discussSpeed(runs: ExerciseRuns): Block[] {
  const { base, bn } = findPair(runs);
  if (base === null || bn === null) return [];
  const [first, second] = [base, bn].map(({ run }) => readCurve(run, 'testErrorPercent')[0]?.[1] ?? null);
  const reached = findFirstBelow(bn.run, base.run.errorPercent);
  const sentences = [
    first == null || second == null
      ? ''
      : `After the first epoch BASE has ${formatPercent(first)} errors and BN ${formatPercent(second)}.`,
    reached === null
      ? `In no epoch does BN reach what BASE has at its end, ${formatPercent(base.run.errorPercent)}.`
      : `BN first reaches what BASE has at its end, ${formatPercent(base.run.errorPercent)}, in epoch ` +
        `${reached}.`,
    base.run.seconds && bn.run.seconds
      ? `Its run took ${formatTimes(bn.run.seconds / base.run.seconds)} as long.`
      : '',
    isBetter(bn.run, base.run)
      ? 'Reasons may be that normalisation keeps the inputs of each block at one scale, whatever the layers below learn, so that small ' +
        'initial weights (deviation 0.01) and one learning rate for all layers do less harm; and that a mini-batch’s statistics are a ' +
        'little random, which makes memorising harder.'
      : '',
  ];
  return [paragraph(sentences.filter(Boolean).join(' '))];
}
