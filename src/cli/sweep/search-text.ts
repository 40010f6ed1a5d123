import type { SweepPoint } from '../../experiment/plan-sweep.js';
import { formatNumberOf } from '../../report/findings/words.js';
import { formatTable } from '../../report/tables.js';
import { countNumbers, type Domain } from '../../search/domain.js';
import { formatSetting, formatSettings } from '../../search/format-settings.js';
import type { Objective } from '../../search/objective.js';
import { rankTrials } from '../../search/rank-trials.js';
import type { Search, SearchFile } from '../../search/search-file.js';
import type { Standing } from '../../search/standing.js';
import type { Task, Trial } from '../../search/trial.js';

/** Trials that the table of a search shows. */
const MOST_TRIALS = 20;
const DIGITS = 4;

type OwnTrial = Trial<SweepPoint>;

/** `trial 7, learningRate 0.03: validation_error_percent 3.2 after 20 epochs` */
export function formatTrial(trial: OwnTrial, search: Search): string {
  const settings = formatSettings(search.space.describe(trial.chosen));
  const epochs = formatNumberOf(trial.epochs, 'epoch');
  const word = trial.state === 'pruned' ? `given up after ${epochs}` : `after ${epochs}`;
  return `trial ${trial.number}, ${settings}: ${formatScores(trial, search)}, ${word}`;
}

function formatScores({ scores, values }: OwnTrial, { objectives }: Search): string {
  return (scores ?? values.slice(-1))
    .map((score, i) => `${objectives[i]!.metric} ${formatScore(score, objectives[i]!)}`)
    .join(', ');
}

function formatScore(score: number, { sign }: Objective): string {
  return Number.isFinite(score) ? String(Number((sign * score).toPrecision(DIGITS))) : 'diverged';
}

/** What a search chooses from. */
export function formatSpace({ space, constraints }: Search): string {
  const columns = [
    { title: 'parameter', align: 'left' },
    { title: 'chosen from', align: 'left' },
    { title: 'only with', align: 'left' },
  ] as const;
  const rows = space.parameters.map(({ name, domain, condition }) => [
    name,
    formatDomain(domain),
    condition === null ? '' : `${condition.name}[${condition.option}]`,
  ]);
  const conditions = constraints.map(({ text }) => `where ${text}\n`).join('');
  return `${formatTable(columns, rows)}${conditions}`;
}

function formatDomain(domain: Domain): string {
  if (domain.kind === 'choice') return `${countNumbers(domain)} options`;
  if (domain.kind === 'ordered') return domain.values.join(', ');
  const range = `${domain.low} to ${domain.high}${domain.log ? ', logarithmic' : ''}`;
  return domain.kind === 'whole' ? `${range}, whole${domain.step > 1 ? ` by ${domain.step}` : ''}` : range;
}

/** The best trials, and those that are under way. */
export function formatTrials(trials: readonly OwnTrial[], search: Search, width?: number): string {
  const order = rankTrials(trials, ({ state, epochs, values }) => ({
    state,
    epochs,
    score: values.at(-1) ?? null,
  }));
  const names = search.space.parameters.map(({ name }) => name);
  const columns = [
    { title: 'trial', align: 'right' } as const,
    ...names.map((title) => ({ title, align: 'right' }) as const),
    ...search.objectives.map(
      ({ metric }) => ({ title: metric.replaceAll('_', ' '), align: 'right' }) as const,
    ),
    { title: 'epochs', align: 'right' } as const,
    { title: 'state', align: 'left' } as const,
  ];
  const rows = order.slice(0, MOST_TRIALS).map((trial) => {
    const settings = search.space.describe(trial.chosen);
    return [
      String(trial.number),
      ...names.map((name) => (settings[name] === undefined ? '' : formatSetting(settings[name]))),
      ...search.objectives.map((objective, i) => {
        const score = trial.scores?.[i] ?? (i === 0 ? trial.values.at(-1) : undefined);
        return score === undefined ? '' : formatScore(score, objective);
      }),
      String(trial.epochs),
      trial.state,
    ];
  });
  const more = trials.length - rows.length;
  return `${formatTable(columns, rows, width)}${more > 0 ? `and ${formatNumberOf(more, 'more trial')}\n` : ''}`;
}

/** How far a search is, on one line: `12 of 60 trials decided, the best 3.2 by trial 8`. */
export function summarizeTrials(trials: readonly OwnTrial[], { trials: limit, objectives }: Search): string {
  const complete = trials.filter(({ scores }) => scores !== null && Number.isFinite(scores[0]));
  const decided = trials.filter(({ state }) => state === 'complete' || state === 'pruned').length;
  const [best] = complete.toSorted((a, b) => a.scores![0]! - b.scores![0]! || a.number - b.number);
  const count =
    limit === null ? formatNumberOf(decided, 'trial') : `${decided} of ${formatNumberOf(limit, 'trial')}`;
  const standing =
    best === undefined || objectives.length > 1
      ? ''
      : `, the best ${formatScore(best.scores![0]!, objectives[0]!)} by trial ${best.number}`;
  return `${count} decided${standing}`;
}

/** How it stands: the best trial, by how much, and whether that is sure. */
export function formatStanding({ front, lead }: Standing, search: Search): string[] {
  const [best] = front;
  if (best === undefined) return ['no trial is complete yet'];
  if (search.objectives.length > 1) {
    return [
      `${formatNumberOf(front.length, 'trial')} that no other one is better than:`,
      ...front.map((trial) => `  ${formatTrial(trial, search)}`),
    ];
  }
  const line = `best: ${formatTrial(best, search)}`;
  if (lead === null) return [line];
  const margin = Number(lead.margin.toPrecision(2));
  const { uncertainty } = lead;
  const sure =
    uncertainty === null
      ? 'how sure that is one seed does not tell: give "seeds"'
      : `95% interval ±${Number(uncertainty.toPrecision(2))}: ${lead.margin > uncertainty ? 'told apart' : 'not told apart'}`;
  return [line, `${margin} better than trial ${lead.next.number} (${sure})`];
}

/** What is tried next. */
export function formatNext(
  tasks: readonly Task<SweepPoint>[],
  trials: readonly OwnTrial[],
  search: Search,
): string[] {
  return tasks.slice(0, search.lag).map(({ trial, untilEpoch, run }) => {
    const settings = formatSettings(search.space.describe(trials[trial - 1]!.chosen));
    const goal =
      untilEpoch === null ? `all ${formatNumberOf(run.spec.epochs, 'epoch')}` : `epoch ${untilEpoch}`;
    return `next: trial ${trial}, ${settings}, to ${goal}`;
  });
}

/** One JSON object for a trial. */
export function formatTrialAsJson(trial: OwnTrial, { search, name }: SearchFile): string {
  const sign = (scores: readonly number[]) =>
    Object.fromEntries(
      scores.map((score, i) => [search.objectives[i]!.metric, search.objectives[i]!.sign * score]),
    );
  return JSON.stringify({
    sweep: name,
    trial: trial.number,
    state: trial.state,
    settings: search.space.describe(trial.chosen),
    epochs: trial.epochs,
    ...sign(trial.scores ?? trial.values.slice(-1)),
    identities: trial.plan.runs.map(({ identity }) => identity),
  });
}
