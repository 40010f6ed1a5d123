import { type Block, paragraph } from '../document/blocks.js';
import { chartTestCurves } from '../findings/error-charts.js';
import { formatTimes } from '../findings/words.js';
import { formatCount } from '../format-values.js';
import { type ExerciseRuns, nameRun } from './exercise-runs.js';
import { compareTwo, keepFinished, type Part, tellBeside } from './part.js';

function findRuns(runs: ExerciseRuns) {
  return {
    base: nameRun(runs.part('b')[0], 'BASE'),
    bn: nameRun(runs.part('c')[0], 'BN'),
    sk: nameRun(runs.part('e')[0], 'SK'),
  };
}

export const PART_E: Part = {
  letter: 'e',
  title: 'Small kernels',
  question:
    'SK, which stands for small kernels, is based on BN. In the first block, the 5×5 convolution ' +
    'becomes two 3×3 ones, each followed by batch normalisation and ReLU (3×3×1×20, BN, ReLU, ' +
    '3×3×20×20, BN, ReLU, pooling), and the second block likewise. What is the error rate of SK? How ' +
    'does it change, and why?',
  table: {
    caption: 'SK beside the networks that it comes from',
    nameTitle: 'network',
    rows: (runs) => [
      { name: 'BASE', point: runs.part('b')[0]! },
      { name: 'BN', point: runs.part('c')[0]! },
      { name: 'SK', point: runs.part('e')[0]! },
    ],
  },
  answer: (runs) => {
    const { bn, sk } = findRuns(runs);
    return tellBeside(sk, bn);
  },
  discuss(runs) {
    const { base, bn, sk } = findRuns(runs);
    return [
      ...chartTestCurves('chart-e', 'Test error by epoch: BASE, BN and SK', keepFinished([base, bn, sk])),
      ...compareTwo(sk, bn, runs.margin),
      ...discussCost(runs),
    ];
  },
};

function discussCost(runs: ExerciseRuns): Block[] {
  const { bn, sk } = findRuns(runs);
  if (bn === null || sk === null || bn.run.parameters === null || sk.run.parameters === null) return [];
  const more = sk.run.parameters - bn.run.parameters;
  const time =
    bn.run.seconds && sk.run.seconds
      ? `, and its run took ${formatTimes(sk.run.seconds / bn.run.seconds)} as long`
      : '';
  return [
    paragraph(
      `SK has ${formatCount(sk.run.parameters)} parameters, ${formatCount(Math.abs(more))} ` +
        `${more < 0 ? 'fewer' : 'more'} than BN${time}. Two 3×3 kernels see the same 5×5 pixels as one ` +
        '5×5 kernel. But SK also has a batch normalisation and a ReLU after every convolution, while BN ' +
        'and BASE have no non-linearity but max pooling in their first two blocks: with a ReLU between ' +
        'them, two small kernels compute what no single 5×5 kernel can. So the comparison is one of ' +
        'kernel size, depth and non-linearity together, and does not say which of them it is.',
    ),
  ];
}
