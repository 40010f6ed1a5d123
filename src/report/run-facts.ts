import type { WholeRun } from '../experiment/whole-run.js';
import { formatCount, formatDuration, formatNumber } from './format-values.js';
import { formatR2, formatRmse } from './measures.js';

/** What is recorded of a run but its spec, environment, epochs and answers: by names, in the order in which it is told. Null for what is not known. */
export function listRunFacts(run: WholeRun): [string, unknown][] {
  return [
    ['run', run.runId],
    ['network', run.label],
    ['sweep', run.sweep],
    ...(run.removedAt === null ? [] : [['removed', run.removedAt] satisfies [string, unknown]]),
    ...(run.note === null ? [] : [['note', run.note] satisfies [string, unknown]]),
    ...(run.tags.length === 0 ? [] : [['tags', run.tags.join(' ')] satisfies [string, unknown]]),
    ['state', run.reason === null ? run.state : `${run.state}: ${run.reason}`],
    ...(run.bestEpoch === null ? [] : [['weights of', `epoch ${run.bestEpoch}`] satisfies [string, unknown]]),
    ...listAugmented(run),
    ['started', run.startedAt],
    ['finished', run.finishedAt],
    ['time', formatDuration(run.seconds)],
    ['images/s', formatCount(run.imagesPerSecond)],
    ['workers', run.workers],
    ['parameters', formatCount(run.parameters)],
    ['predictions', run.predictions === 0 ? null : `${formatCount(run.predictions)} in test_predictions`],
    ['weights sha256', run.weightsSha256],
    ['numerics', run.numerics],
    ['data sha256', run.datasetSha256],
    ['identity', run.identity],
  ];
}

function listAugmented(run: WholeRun): [string, unknown][] {
  const how = `with test-time augmentation (${run.spec.testTimeAugmentation})`;
  if (run.augmentedTestErrorPercent !== null) {
    return [['test error %', `${formatNumber(run.augmentedTestErrorPercent, 2)} ${how}`]];
  }
  if (run.augmentedTestRmse === null) return [];
  return [
    ['test RMSE', `${formatRmse(run.augmentedTestRmse)} ${how}`],
    ['test R²', `${formatR2(run.augmentedTestR2)} ${how}`],
  ];
}
