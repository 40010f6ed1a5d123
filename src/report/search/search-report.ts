import { formatSetting } from '../../search/format-settings.js';
import type { Parameter } from '../../search/space.js';
import { drawContour } from '../charts/contour.js';
import type { Chart } from '../charts/render.js';
import { drawScatter, type ScatterAxis } from '../charts/scatter.js';
import { type Block, paragraph, type Section } from '../document/blocks.js';
import { formatNumberOf } from '../findings/words.js';
import { type Importance, measureImportance } from './importance.js';
import { followBest, type RecordedSearch, type RecordedTrial, rankRecorded } from './search-records.js';
import { BEST_OF_MANY, explainImportance, formatFigure, titleOf } from './search-words.js';

/** Trials of the table, and parameters that have a slice of their own. */
const MOST_TRIALS = 15;
const MOST_SLICES = 6;
/** From a range of so many times on, a logarithmic axis shows more. */
const LOG_RANGE = 10;
/** An axis has room for the names of so many values. */
const MOST_NAMES = 12;

/** What a search has come to: its best trials, its course, what matters, and where it is good. */
export function writeSearch(search: RecordedSearch): Section[] {
  const ranked = rankRecorded(search);
  const importance = measureImportance(search.parameters, ranked);
  const valued = ranked.filter(({ value }) => value !== null);
  const sections: Section[] = [{ id: 'search', title: 'The search', blocks: writeCourse(search, ranked) }];
  if (search.objectives.length > 1) sections.push(...writeFront(search));
  if (valued.length > 1) {
    sections.push(
      { id: 'importance', title: 'What matters', blocks: writeImportance(importance) },
      { id: 'slices', title: 'One by one', blocks: writeSlices(search, importance, valued) },
      ...writeContour(search, importance, ranked),
    );
  }
  return sections;
}

function writeCourse(search: RecordedSearch, ranked: readonly RecordedTrial[]): Block[] {
  const { trials, objectives, parameters } = search;
  const count = (state: RecordedTrial['state']) => trials.filter((trial) => trial.state === state).length;
  const pruned = count('pruned');
  const facts = [
    `${count('complete')} of ${formatNumberOf(trials.length, 'trial')} complete`,
    ...(pruned > 0 ? [`${pruned} given up early`] : []),
  ];
  const named = objectives.map(titleOf);
  const rows = ranked.slice(0, MOST_TRIALS).map((trial) => [
    String(trial.trial),
    ...parameters.map(({ name }) => {
      const value = trial.settings[name];
      return value === undefined ? '–' : formatSetting(value);
    }),
    ...objectives.map((_, i) => formatFigure(trial.objectives?.[i] ?? (i === 0 ? trial.value : null))),
    String(trial.epochs),
    trial.state === 'pruned' ? 'given up' : trial.state,
  ]);
  return [
    paragraph(`${facts.join(', ')}. ${BEST_OF_MANY}`),
    {
      kind: 'table',
      caption: `The ${rows.length === trials.length ? '' : 'best '}trials, the best first`,
      columns: [
        { title: 'trial', align: 'right' },
        ...parameters.map(({ name }) => ({ title: name, align: 'right' as const })),
        ...named.map((title) => ({ title, align: 'right' as const })),
        { title: 'epochs', align: 'right' },
        { title: 'state', align: 'left' },
      ],
      rows,
    },
    ...chartHistory(search),
  ];
}

function chartHistory(search: RecordedSearch): Block[] {
  const { trials, objectives } = search;
  const pointsOf = (state: RecordedTrial['state']) =>
    trials.filter((trial) => trial.state === state && trial.value !== null).map(pairTrial);
  const complete = pointsOf('complete');
  const pruned = pointsOf('pruned');
  if (complete.length + pruned.length === 0) return [];
  const best = followBest(search);
  const title = titleOf(objectives[0]!);
  return [
    chartOf(
      drawScatter(
        {
          id: 'search-history',
          title: 'What each trial came to',
          description: `The ${title} of ${formatNumberOf(complete.length + pruned.length, 'trial')} in the order in which they were chosen, and the best so far.`,
          note: pruned.length > 0 ? 'Those that were given up stand where they were then.' : '',
        },
        [
          { name: 'complete', points: complete },
          { name: 'given up', points: pruned },
          { name: 'best so far', points: best, joined: true },
        ].filter(({ points }) => points.length > 0),
        {
          x: { title: 'trial', scale: 'linear' },
          y: axisOf(
            title,
            [...complete, ...pruned].map(([, y]) => y),
          ),
        },
      ),
    ),
  ];
}

function pairTrial({ trial, value }: RecordedTrial): [number, number] {
  return [trial, value!];
}

function writeFront({ trials, objectives }: RecordedSearch): Section[] {
  const complete = trials.filter(({ objectives: figures }) => figures?.every((figure) => figure !== null));
  if (complete.length === 0) return [];
  const pair = ({ objectives: figures }: RecordedTrial): [number, number] => [figures![1]!, figures![0]!];
  const front = complete.filter(({ isBest }) => isBest).map(pair);
  const others = complete.filter(({ isBest }) => !isBest).map(pair);
  const [first, second] = objectives.map(titleOf) as [string, string];
  const all = [...front, ...others];
  const chart = drawScatter(
    {
      id: 'search-front',
      title: 'The Pareto front',
      description: `${formatNumberOf(front.length, 'trial')} that no other one is better than in everything, of ${complete.length}.`,
    },
    [
      { name: 'no other is better', points: front.toSorted((a, b) => a[0] - b[0]) },
      { name: 'others', points: others },
    ].filter(({ points }) => points.length > 0),
    {
      x: axisOf(
        second,
        all.map(([x]) => x),
      ),
      y: axisOf(
        first,
        all.map(([, y]) => y),
      ),
    },
  );
  return [{ id: 'front', title: 'The front', blocks: [chartOf(chart)] }];
}

function writeImportance(importance: readonly Importance[]): Block[] {
  return [
    paragraph(
      `${explainImportance('trials')} A search that looks most where it is good sees less of the rest.`,
    ),
    {
      kind: 'table',
      caption: 'What the order of the trials depends on',
      columns: [
        { title: 'field', align: 'left' },
        { title: 'share', align: 'right' },
      ],
      rows: importance.map(({ parameter, share }) => [
        parameter.name,
        share === null ? 'too few trials' : `${Math.round(100 * share)}%`,
      ]),
      shades: importance.map(({ share }) => [0, share ?? 0]),
    },
  ];
}

function writeSlices(
  { objectives }: RecordedSearch,
  importance: readonly Importance[],
  valued: readonly RecordedTrial[],
): Block[] {
  const title = titleOf(objectives[0]!);
  return importance.slice(0, MOST_SLICES).flatMap(({ parameter }, i) => {
    const axis = axisOfParameter(parameter, valued);
    const pointsOf = (isComplete: boolean) =>
      valued
        .filter(
          ({ state, settings }) =>
            (state === 'complete') === isComplete && settings[parameter.name] !== undefined,
        )
        .map(({ settings, value }): [number, number] => [axis.placeOf(settings[parameter.name]), value!]);
    const series = [
      { name: 'complete', points: pointsOf(true) },
      { name: 'given up', points: pointsOf(false) },
    ].filter(({ points }) => points.length > 0);
    if (series.length === 0) return [];
    const chart = drawScatter(
      {
        id: `search-slice-${i + 1}`,
        title: `${title} by ${parameter.name}`,
        description: `What trials came to, by what was chosen for ${parameter.name}.`,
      },
      series,
      {
        x: axis,
        y: axisOf(
          title,
          series.flatMap(({ points }) => points.map(([, y]) => y)),
        ),
      },
    );
    return [chartOf(chart)];
  });
}

/** Of the two fields that matter most among those that all trials have. */
function writeContour(
  { objectives }: RecordedSearch,
  importance: readonly Importance[],
  ranked: readonly RecordedTrial[],
): Section[] {
  const [first, second] = importance
    .map(({ parameter }) => parameter)
    .filter(({ condition }) => condition === null);
  if (first === undefined || second === undefined) return [];
  const [x, y] = [axisOfParameter(first, ranked), axisOfParameter(second, ranked)];
  const last = Math.max(1, ranked.length - 1);
  const points = ranked.map(({ settings }, rank) => ({
    x: x.placeOf(settings[first.name]),
    y: y.placeOf(settings[second.name]),
    grade: 1 - rank / last,
  }));
  const chart = drawContour(
    {
      id: 'search-contour',
      title: `Where trials are good: ${first.name} and ${second.name}`,
      description: `The plane of the two fields that matter most, the darker the better trials rank there by ${titleOf(objectives[0]!)}.`,
      note: 'Between the trials, which are the circles, it is a mean of their ranks by distance.',
    },
    points,
    { x, y },
  );
  return [{ id: 'contour', title: 'Two together', blocks: [chartOf(chart)] }];
}

type ParameterAxis = ScatterAxis & { readonly placeOf: (value: unknown) => number };

function axisOfParameter({ name, domain }: Parameter, trials: readonly RecordedTrial[]): ParameterAxis {
  if (domain.kind === 'ordered' && domain.values.length <= MOST_NAMES) {
    const { values } = domain;
    return {
      title: name,
      scale: 'linear',
      names: values.map(String),
      placeOf: (value) => values.indexOf(value as number),
    };
  }
  if (domain.kind !== 'choice') {
    const values = trials.flatMap(({ settings }) => (settings[name] as number | undefined) ?? []);
    const isLog = domain.kind === 'ordered' ? isWide(values) : domain.log;
    return { title: name, scale: isLog ? 'log' : 'linear', placeOf: (value) => value as number };
  }
  const texts = [
    ...new Set(trials.flatMap(({ settings }) => (name in settings ? formatSetting(settings[name]) : []))),
  ];
  const names = texts.sort();
  return { title: name, scale: 'linear', names, placeOf: (value) => names.indexOf(formatSetting(value)) };
}

function axisOf(title: string, values: readonly number[]): ScatterAxis {
  return { title, scale: isWide(values) ? 'log' : 'linear' };
}

function isWide(values: readonly number[]): boolean {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low > 0 && high / low >= LOG_RANGE;
}

/** `validation_error_percent` -> `validation error, %` */
function chartOf(chart: Chart): Block {
  return { kind: 'chart', chart };
}
