import type { SweepPoint } from '../../experiment/plan-sweep.js';
import { formatCount, formatDuration, formatNumber } from '../../report/format-values.js';
import { tellsTopFive } from '../../report/top-five.js';
import type { EpochMetrics, Progress, Resumption } from '../../run/types.js';
import { canShowLiveLines, showLiveLines } from '../progress/live-lines.js';
import { formatResumption } from '../progress/text.js';
import type { Streams } from '../streams.js';
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
}

const percent = (value: number | null) => `${formatNumber(value, 2)}%`;

const COLUMNS: readonly EpochColumn[] = [
  {
    title: 'epoch',
    width: 9,
    format: ({ epoch }, { run }) => `${epoch}/${Math.ceil(run.point.spec.epochs)}`,
  },
  { title: 'train loss', width: 10, format: ({ trainLoss }) => formatNumber(trainLoss, 4) },
  { title: 'train error', width: 11, format: ({ trainErrorPercent }) => percent(trainErrorPercent) },
  { title: 'test loss', width: 9, format: ({ testLoss }) => formatNumber(testLoss, 4) },
  { title: 'test error', width: 10, format: ({ testErrorPercent }) => percent(testErrorPercent) },
  { title: 'images/s', width: 8, format: ({ imagesPerSecond }) => formatCount(imagesPerSecond) },
  { title: 'time left', width: 9, format: (_, { timeLeft }) => formatDuration(timeLeft.seconds) },
];

/** Between the training's columns and the test's, where images are kept for validation. */
const VALIDATION_COLUMNS: readonly EpochColumn[] = [
  { title: 'val. loss', width: 9, format: ({ validationLoss }) => formatNumber(validationLoss, 4) },
  {
    title: 'val. error',
    width: 10,
    format: ({ validationErrorPercent }) => percent(validationErrorPercent),
  },
];
const FIRST_TEST_COLUMN = 3;
/** Behind the test error, of data sets with many classes. */
const TOP_FIVE_COLUMN: EpochColumn = {
  title: 'top-5',
  width: 7,
  format: ({ testTop5ErrorPercent }) => percent(testTop5ErrorPercent),
};
const TOP_FIVE_PLACE = 5;

/** On `err`: with a live line where that is a terminal, else plain lines without control characters. */
export function showTrainProgress(err: Streams['err'], point: SweepPoint): TrainProgress {
  const state = new RunState({ runId: 0, index: 1, count: 1, point });
  const columns = chooseColumns(point);
  const { say, close } = canShowLiveLines(err)
    ? showLiveLines(err, [(columns) => formatTrainState(state, columns)])
    : {
        say: (line: string) => {
          err.write(`${line}\n`);
        },
        close: () => {},
      };
  const sayRow = (cells: readonly string[]) =>
    say(cells.map((cell, i) => cell.padStart(columns[i]!.width)).join('  '));
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

function chooseColumns({ spec, dataset }: SweepPoint): readonly EpochColumn[] {
  const tested = tellsTopFive(dataset.classNames.length)
    ? COLUMNS.toSpliced(TOP_FIVE_PLACE, 0, TOP_FIVE_COLUMN)
    : COLUMNS;
  return spec.validationCount > 0 ? tested.toSpliced(FIRST_TEST_COLUMN, 0, ...VALIDATION_COLUMNS) : tested;
}

/** `epoch 3 of 16 [=====-----] loss 0.8123, 171 images/s, 1:02:03 left`: the bar takes what the words leave of the columns. */
export function formatTrainState(state: RunState, columns: number): string {
  const { run, progress, lastEpoch, fraction, timeLeft } = state;
  const epoch = `epoch ${state.epoch} of ${Math.ceil(run.point.spec.epochs)}`;
  const facts = [
    `loss ${formatNumber(progress?.trainLoss ?? lastEpoch?.trainLoss, 4)}`,
    state.isTesting
      ? 'testing'
      : `${formatCount(progress?.imagesPerSecond ?? lastEpoch?.imagesPerSecond)} images/s`,
    ...(fraction < 1 ? [`${formatDuration(timeLeft.seconds)} left`] : []),
  ];
  const words = facts.join(', ');
  const barWidth = Math.min(BAR.most, Math.max(BAR.least, columns - `${epoch} [] ${words}`.length));
  const filled = Math.round(fraction * barWidth);
  return `${epoch} [${'='.repeat(filled)}${'-'.repeat(barWidth - filled)}] ${words}`;
}
