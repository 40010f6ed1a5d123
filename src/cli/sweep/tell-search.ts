import type { Executor } from '../../experiment/executor.js';
import type { SweepPoint } from '../../experiment/plan-sweep.js';
import { formatNumberOf } from '../../report/findings/words.js';
import type { SearchFile } from '../../search/search-file.js';
import { judgeTrials } from '../../search/standing.js';
import type { Study } from '../../search/study.js';
import type { Trial } from '../../search/trial.js';
import type { TrialHost } from '../../search/trial-host.js';
import type { SweepCommand } from './options.js';
import { formatNext, formatStanding } from './search-text.js';

/** What is said before the first run, in lines. */
export function announce(
  { search, name }: SearchFile,
  study: Study<SweepPoint>,
  { db, parallel: asked = 0 }: Pick<SweepCommand, 'db' | 'parallel'>,
  { parallel, workers }: Executor,
): string[] {
  const decided = study.trials.filter(({ state }) => state === 'complete' || state === 'pruned').length;
  const count = search.trials === null ? 'trials' : formatNumberOf(search.trials, 'trial');
  const each = workers !== null && workers > 1 ? `, ${workers} threads each` : '';
  const lanes = study.lanes * search.seeds;
  const { fullTrials } = study;
  return [
    `${name}: ${count} by ${search.sampler.kind}, ${decided} known from runs in ${db}, ${parallel} at a time${each}`,
    ...(fullTrials !== null && fullTrials !== search.trials
      ? [
          `${name}: ${formatNumberOf(search.trials!, 'trial')} leave a cohort unfilled, which then waits: --trials ${fullTrials} fills it`,
        ]
      : []),
    ...(asked > lanes
      ? [
          `${name}: a trial is chosen from all but the last ${search.lag}, so that at most ${lanes} of ${asked} runs side by side have work. A greater "lag" gives more, and other trials.`,
        ]
      : []),
  ];
}

/** What follows the line of a trial that is decided. */
export function noteBest(trial: Trial<SweepPoint>, trials: readonly Trial<SweepPoint>[]): string {
  if (trial.scores?.length !== 1 || !Number.isFinite(trial.scores[0])) return '';
  const isBest = trials.every(
    ({ number, scores }) => number === trial.number || scores === null || scores[0]! > trial.scores![0]!,
  );
  return isBest ? ', the best so far' : '';
}

/** What a search has come to, and what comes next, in lines. */
export function tellStanding(
  study: Study<SweepPoint>,
  { search, name }: SearchFile,
  host: TrialHost,
): string[] {
  const waiting = study.trials.filter(({ state }) => state === 'waiting').length;
  return [
    ...formatStanding(judgeTrials(study.trials, search, host), search),
    ...formatNext(study.listTasks(), study.trials, search),
    ...(study.end !== null ? [`${name}: ${study.end}`] : []),
    ...(study.isOver && waiting > 0
      ? [
          `${name}: ${formatNumberOf(waiting, 'trial')} of a cohort that is not full wait for more: --trials ${study.fullTrials} fills it`,
        ]
      : []),
  ];
}
