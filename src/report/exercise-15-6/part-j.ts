import { type Block, paragraph } from '../document/blocks.js';
import { chartBothCurves } from '../findings/error-charts.js';
import { findFirstBelow, readCurve } from '../findings/reported-run.js';
import { formatPercent } from '../findings/words.js';
import { type ExerciseRuns, nameRun } from './exercise-runs.js';
import { compareTwo, keepFinished, type Part, tellBeside } from './part.js';

const findPair = (runs: ExerciseRuns) => ({
  relu: nameRun(runs.small, 'ReLU'),
  sigmoid: nameRun(runs.part('j')[0], 'sigmoid'),
});

export const PART_J: Part = {
  letter: 'j',
  title: 'Sigmoid in place of ReLU',
  question:
    'Last, replace all ReLU layers of SK-0.2 by sigmoid layers. Compare the error rates with ReLU and ' +
    'with sigmoid as activation function, and comment.',
  table: {
    caption: 'SK-0.2 by its activation function',
    nameTitle: 'activation',
    rows: (runs) => [
      { name: 'ReLU', point: runs.small },
      { name: 'sigmoid', point: runs.part('j')[0]! },
    ],
  },
  answer: (runs) => {
    const { relu, sigmoid } = findPair(runs);
    return tellBeside(sigmoid, relu);
  },
  discuss(runs) {
    const { relu, sigmoid } = findPair(runs);
    return [
      ...chartBothCurves(
        'chart-j',
        'SK-0.2 with ReLU and with sigmoid: errors by epoch',
        keepFinished([relu, sigmoid]),
      ),
      ...compareTwo(relu, sigmoid, runs.margin),
      ...discussSpeed(runs),
    ];
  },
};

function discussSpeed(runs: ExerciseRuns): Block[] {
  const { relu, sigmoid } = findPair(runs);
  if (relu === null || sigmoid === null) return [];
  const [first, second] = [relu, sigmoid].map(
    ({ run }) => readCurve(run, 'testErrorPercent')[0]?.[1] ?? null,
  );
  const reached = findFirstBelow(relu.run, sigmoid.run.errorPercent);
  const sentences = [
    first == null || second == null
      ? ''
      : `After the first epoch ReLU has ${formatPercent(first)} errors and sigmoid ${formatPercent(second)}.`,
    reached === null ? '' : `What sigmoid reaches at its end ReLU has by epoch ${reached}.`,
    'The sigmoid’s derivative is at most 1/4, so a gradient shrinks with every layer that it passes on ' +
      'its way down; that of ReLU is 0 or 1. Batch normalisation before each activation keeps sigmoids ' +
      'out of their flat ends, which helps such a network to train at all.',
  ];
  return [paragraph(sentences.filter(Boolean).join(' '))];
}
