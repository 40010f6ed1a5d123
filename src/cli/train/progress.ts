import type { SweepPoint } from '../../experiment/plan-sweep.js';
import { formatCount, formatDuration, formatNumber } from '../../report/format-values.js';
import { formatR2, formatRmse } from '../../report/measures.js';
import { tellsTopFive } from '../../report/top-five.js';
import type { EpochMetrics, Progress, Resumption } from '../../run/types.js';
import { canShowLiveLines, showLiveLines } from '../progress/live-lines.js';
import { formatResumption } from '../progress/text.js';
import { type Streams, widthOf } from '../streams.js';
import { RunState } from '../sweep/state.js';

const BAR = { least: 6, most: 30 } as const;

/** Shows how a run goes on: a row an epoch, and on a terminal a live line under them. */
export interface TrainProgress {
  resumed(resumption: Resumption): void;
  progressed(progress: Progress): void;
  epochEnded(metrics: EpochMetrics): void;
  /** Prints a line; the live line makes room for it. */
  say(line: string): void;
  /** Takes the live line away. May be called again. */
  close(): void;
}

/** A column of the rows that are printed one by one: as wide as any of its values. */
interface EpochColumn {
  readonly title: string;
  readonly width: number;
  format(metrics: EpochMetrics, state: RunState): string;
  /** Of what it tells: classes or targets alone. Absent: of both. */
  readonly of?: 'classes' | 'targets';
  /** For runs that keep images for validation. */
  readonly validates?: true;
  /** For data sets with many classes. */
  readonly isTopFive?: true;
}

/** What is left out of rows that are wider than the terminal, the first thing first: the live line has some of it, `runs show` all. */
const DISPENSABLE = ['time left', 'images/s', 'train error', 'val. loss', 'top-5', 'test loss', 'train loss'];
const GAP = '  ';

const percent = (value: number | null) => `${formatNumber(value, 2)}%`;

const COLUMNS: readonly EpochColumn[] = [
  {
    title: 'epoch',
    width: 9,
    format: ({ epoch }, { run }) => `${epoch}/${Math.ceil(run.point.spec.epochs)}`,
  },
  { title: 'train loss', width: 10, format: ({ trainLoss }) => formatNumber(trainLoss, 4) },
  {
    title: 'train error',
    width: 11,
    of: 'classes',
    format: ({ trainErrorPercent }) => percent(trainErrorPercent),
  },
  {
    title: 'val. loss',
    width: 9,
    validates: true,
    format: ({ validationLoss }) => formatNumber(validationLoss, 4),
  },
  {
    title: 'val. error',
    width: 10,
    of: 'classes',
    validates: true,
    format: ({ validationErrorPercent }) => percent(validationErrorPercent),
  },
  { title: 'test loss', width: 9, format: ({ testLoss }) => formatNumber(testLoss, 4) },
  {
    title: 'test error',
    width: 10,
    of: 'classes',
    format: ({ testErrorPercent }) => percent(testErrorPercent),
  },
  {
    title: 'top-5',
    width: 7,
    of: 'classes',
    isTopFive: true,
    format: ({ testTop5ErrorPercent }) => percent(testTop5ErrorPercent),
  },
  { title: 'test RMSE', width: 9, of: 'targets', format: ({ testRmse }) => formatRmse(testRmse) },
  { title: 'test R²', width: 7, of: 'targets', format: ({ testR2 }) => formatR2(testR2) },
  { title: 'images/s', width: 8, format: ({ imagesPerSecond }) => formatCount(imagesPerSecond) },
  { title: 'time left', width: 9, format: (_, { timeLeft }) => formatDuration(timeLeft.seconds) },
];

function chooseColumns({ spec, dataset }: SweepPoint, room: number): readonly EpochColumn[] {
  const kind = dataset.targetNames ? 'targets' : 'classes';
  const hasTopFive = tellsTopFive(dataset.classNames.length);
  const told = COLUMNS.filter(
    ({ of = kind, validates = false, isTopFive = false }) =>
      of === kind && (!validates || spec.validationCount > 0) && (!isTopFive || hasTopFive),
  );
  const isTooWide = (columns: readonly EpochColumn[]) =>
    columns.reduce((sum, { width }) => sum + width + GAP.length, -GAP.length) > room;
  return DISPENSABLE.reduce<readonly EpochColumn[]>(
    (columns, title) => (isTooWide(columns) ? columns.filter((column) => column.title !== title) : columns),
    told,
  );
}

/** On `err`: with a live line where that is a terminal, else plain lines without control characters. */
export function showTrainProgress(err: Streams['err'], point: SweepPoint): TrainProgress {
  const state = new RunState({ runId: 0, index: 1, count: 1, point });
  const columns = chooseColumns(point, widthOf(err));
  const { say, close } = canShowLiveLines(err)
    ? showLiveLines(err, [(columns) => formatTrainState(state, columns)])
    : {
        say: (line: string) => {
          err.write(`${line}\n`);
        },
        close: () => {},
      };
  const sayRow = (cells: readonly string[]) =>
    say(cells.map((cell, i) => cell.padStart(columns[i]!.width)).join(GAP));
  let hasTitles = false;
  return {
    say,
    close,
    resumed: (resumption) => {
      state.resume(resumption);
      for (const line of formatResumption(point.label, resumption)) say(line);
    },
    progressed: (progress) => {
      state.progress = progress;
      state.timeLeft.update(state.fraction);
    },
    epochEnded: (metrics) => {
      if (!hasTitles) sayRow(columns.map(({ title }) => title));
      hasTitles = true;
      state.lastEpoch = metrics;
      state.timeLeft.update(state.fraction);
      sayRow(columns.map((column) => column.format(metrics, state)));
    },
  };
}

/**
 * `epoch 3 of 16 [=====-----] loss 0.8123, 171 images/s, 1:02:03 left`: the bar takes what the words leave of the columns, and facts go where all
 * of them have no room.
 */
export function formatTrainState(state: RunState, columns: number): string {
  const { run, progress, lastEpoch, fraction, timeLeft } = state;
  const epoch = `epoch ${state.epoch} of ${Math.ceil(run.point.spec.epochs)}`;
  const loss = `loss ${formatNumber(progress?.trainLoss ?? lastEpoch?.trainLoss, 4)}`;
  const speed = `${formatCount(progress?.imagesPerSecond ?? lastEpoch?.imagesPerSecond)} images/s`;
  const activity = state.isTesting ? 'testing' : speed;
  const left = fraction < 1 ? [`${formatDuration(timeLeft.seconds)} left`] : [];
  const short = state.isTesting ? [activity, ...left] : left;
  const choices = [[loss, activity, ...left], [loss, ...short], short].map((facts) => facts.join(', '));
  const roomOf = (words: string) => columns - `${epoch} [] ${words}`.length;
  const words = choices.find((text) => `${epoch} ${text}`.length <= columns) ?? '';
  const barWidth = Math.min(BAR.most, roomOf(words));
  if (barWidth < BAR.least) return `${epoch} ${words}`;
  const filled = Math.round(fraction * barWidth);
  return `${epoch} [${'='.repeat(filled)}${'-'.repeat(barWidth - filled)}] ${words}`;
}
