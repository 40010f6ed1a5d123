import { type Block, paragraph } from '../document/blocks.js';
import { chartTestCurves } from '../findings/error-charts.js';
import { readCurve } from '../findings/reported-run.js';
import { formatPercent, joinWords } from '../findings/words.js';
import { type ExerciseRuns, nameRun } from './exercise-runs.js';
import { compareTwo, keepFinished, type Part, tellBeside } from './part.js';

function findRuns(runs: ExerciseRuns) {
  const [baseDropout, bnDropout] = runs.part('d');
  return {
    base: nameRun(runs.part('b')[0], 'BASE'),
    baseDropout: nameRun(baseDropout, 'BASE with dropout'),
    bn: nameRun(runs.part('c')[0], 'BN'),
    bnDropout: nameRun(bnDropout, 'BN with dropout'),
  };
}

export const PART_D: Part = {
  letter: 'd',
  title: 'Dropout after the classification layer',
  question:
    'A dropout layer is put after the classification layer in the fourth block. What are the new error ' +
    'rates of BASE and BN? What do you say of dropout?',
  table: {
    caption: 'BASE and BN with and without dropout (rate 0.5)',
    nameTitle: 'network',
    rows: (runs) => {
      const [base, bn] = runs.part('d');
      return [
        { name: 'BASE', point: runs.part('b')[0]! },
        ...(base ? [{ name: 'BASE with dropout', point: base }] : []),
        { name: 'BN', point: runs.part('c')[0]! },
        ...(bn ? [{ name: 'BN with dropout', point: bn }] : []),
      ];
    },
  },
  answer: (runs) => {
    const { base, baseDropout, bn, bnDropout } = findRuns(runs);
    return [tellBeside(baseDropout, base), tellBeside(bnDropout, bn)].filter(Boolean).join(', ');
  },
  discuss(runs) {
    const { base, baseDropout, bn, bnDropout } = findRuns(runs);
    const curves = keepFinished([base, baseDropout, bn, bnDropout]);
    return [
      ...chartTestCurves('chart-d', 'Test error by epoch, with and without dropout', curves),
      ...compareTwo(baseDropout, base, runs.margin),
      ...compareTwo(bnDropout, bn, runs.margin),
      ...discussPlace(runs),
    ];
  },
};

function discussPlace(runs: ExerciseRuns): Block[] {
  const { base, baseDropout, bn, bnDropout } = findRuns(runs);
  const finished = keepFinished([base, baseDropout, bn, bnDropout]);
  const told = finished.flatMap(({ name, run }) => {
    const last = readCurve(run, 'trainErrorPercent').at(-1)?.[1];
    return last == null ? [] : [`${name} ends with ${formatPercent(last)}`];
  });
  if (told.length === 0 || (baseDropout ?? bnDropout) === null) return [];
  return [
    paragraph(
      'Dropout stands behind the last layer here, where it strikes the ten class scores themselves: in ' +
        'half of the cases the right class’s score is set to zero. No weights can prevent that, and the ' +
        `training error is measured with dropout at work (${joinWords(told)}); in the ` +
        'test all scores count. The usual place of dropout is before the classification layer, among many ' +
        'features of which any may be missing; this part asks what it does at another one.',
    ),
  ];
}
