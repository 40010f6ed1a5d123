import type { LiveRun } from '../../experiment/run-records.js';
import type { RunEnd } from '../../experiment/run-result.js';
import type { SweepRun } from '../../experiment/sweep.js';
import { formatNumberOf } from '../../report/findings/words.js';
import { formatCount, formatDuration, formatNumber, NOTHING } from '../../report/format-values.js';
import { formatTestError } from '../../report/top-five.js';
import type { Resumption } from '../../run/types.js';
import type { RunState, SweepState } from '../sweep/state.js';

const BAR = { least: 6, most: 30 } as const;
/** Of `59:59` and `12h34`. */
const TIME_WIDTH = 5;
const HOUR = 3600;

/** What a live table has to have room for. */
export interface LiveContents {
  readonly names: readonly string[];
  /** The most of a run. */
  readonly epochs: number;
  /** Whether some run keeps images for validation. */
  readonly validates?: boolean;
}

/** How the columns of a live table are set. */
export interface LiveLayout {
  readonly runWidth: number;
  readonly nameWidth: number;
  readonly barWidth: number;
  readonly epochWidth: number;
  /** Whether there is a column for errors on validation images. */
  readonly validates: boolean;
}

/** Lays a live table out in `columns` columns of the terminal: names have room first, the bar takes what is left. */
export function layOutLive({ names, epochs, validates = false }: LiveContents, columns: number): LiveLayout {
  const runWidth = Math.max('run'.length, widthOfShare(names.length));
  const epochWidth = Math.max('epoch'.length, widthOfShare(epochs));
  const fixed = formatLive({}, { runWidth, nameWidth: 0, barWidth: 0, epochWidth, validates }).length;
  const longest = names.reduce((width, { length }) => Math.max(width, length), 'network'.length);
  const nameWidth = Math.min(longest, Math.max('network'.length, columns - fixed - BAR.least));
  const barWidth = Math.min(BAR.most, Math.max(BAR.least, columns - fixed - nameWidth));
  return { runWidth, nameWidth, barWidth, epochWidth, validates };
}

/** Of `20/20`. */
function widthOfShare(whole: number): number {
  return 2 * String(Math.ceil(whole)).length + 1;
}

/** The live table's titles. */
export function formatLiveTitles(layout: LiveLayout): string {
  return formatLive(
    {
      run: 'run',
      name: 'network',
      epoch: 'epoch',
      loss: 'loss',
      validation: 'val. error',
      error: 'error',
      speed: 'images/s',
      left: 'left',
    },
    layout,
  );
}

/** One run in progress. */
export function formatLiveRun(state: RunState, name: string, layout: LiveLayout): string {
  const { run, progress, lastEpoch } = state;
  const filled = Math.round(state.fraction * layout.barWidth);
  return formatLive(
    {
      run: `${run.index}/${run.count}`,
      name,
      bar: '='.repeat(filled) + '-'.repeat(layout.barWidth - filled),
      epoch: `${state.epoch}/${Math.ceil(run.point.spec.epochs)}`,
      loss: formatNumber(progress?.trainLoss ?? lastEpoch?.trainLoss, 4),
      validation: formatError(lastEpoch?.validationErrorPercent),
      error: formatError(lastEpoch?.testErrorPercent),
      speed: formatCount(progress?.imagesPerSecond ?? lastEpoch?.imagesPerSecond),
      left: state.fraction < 1 ? formatShortTime(state.timeLeft.seconds) : 'tests',
    },
    layout,
  );
}

/** A duration in few columns: `45 s`, `4:05`, `12h34`. */
function formatShortTime(seconds: number | null): string {
  if (seconds === null || Math.round(seconds) < HOUR) return formatDuration(seconds);
  const minutes = String(Math.floor((seconds % HOUR) / 60)).padStart(2, '0');
  return `${Math.floor(seconds / HOUR)}h${minutes}`;
}

function formatError(percent: number | null | undefined): string {
  return percent == null ? NOTHING : `${formatNumber(percent, 2)}%`;
}

/** The sweep as a whole: `3 of 8 runs ended, about 4:10 left`. */
export function formatLiveSummary(state: SweepState): string {
  const left = state.secondsLeft;
  const time = left === null ? '' : `, about ${formatDuration(left)} left`;
  return `${state.endedCount} of ${state.missing.length} runs ended${time}`;
}

/** What one epoch brought, for where there is no terminal. */
export function formatEpochLine(state: RunState, name: string): string {
  const { run, lastEpoch } = state;
  const { epoch, trainLoss, validationLoss, validationErrorPercent, imagesPerSecond } = lastEpoch!;
  const parts = [
    `epoch ${epoch} of ${Math.ceil(run.point.spec.epochs)}`,
    `loss ${formatNumber(trainLoss, 4)}`,
    ...(validationLoss === null
      ? []
      : [
          `validation loss ${formatNumber(validationLoss, 4)}, error ${formatNumber(validationErrorPercent, 2)}%`,
        ]),
    `test error ${formatTestError(lastEpoch!, run.point.dataset.classNames.length)}`,
    `${formatCount(imagesPerSecond)} images/s`,
    `${formatDuration(state.timeLeft.seconds)} left`,
  ];
  return `run ${run.index} of ${run.count}, ${name}: ${parts.join(', ')}`;
}

/** How a run ended. */
export function formatEndLine(run: SweepRun, name: string, end: RunEnd): string {
  return `run ${run.index} of ${run.count}, ${name}: ${formatEnd(end)}`;
}

/** Where a run goes on that was begun before, and what is wrong with newer checkpoints of it. */
export function formatResumption(name: string, { epoch, step, rejected }: Resumption): string[] {
  const steps = step === 0 ? '' : `, after ${formatNumberOf(step, 'step')}`;
  const begin = epoch === 1 && step === 0 ? 'begins anew' : `goes on in epoch ${epoch}${steps}`;
  return [...rejected, begin].map((text) => `${name}: ${text}`);
}

/** That a point is left to another process, and not waited for. */
export function formatSkippedLine(name: string, { runId, pid, host }: LiveRun): string {
  return `${name}: skipped, since process ${pid} on ${host} is at it, run ${runId}`;
}

/** That a point is left to another process, and waited for. */
export function formatHeldLine(name: string, { runId, pid, host }: LiveRun): string {
  return `${name}: process ${pid} on ${host} is at it, run ${runId}; its end is waited for`;
}

/** That another process has done a point. */
export function formatRecordedLine(name: string, { runId, state, pid, host }: LiveRun): string {
  return `${name}: ${state} by process ${pid} on ${host}, run ${runId}`;
}

/** `done, test error 8.00%, 2 s`, or what happened. */
export function formatEnd(end: RunEnd): string {
  if (!('result' in end)) return formatCause(end.state, end.reason);
  const { state, reason, epochs, bestEpoch, augmentedTest, classNames, seconds } = end.result;
  if (state !== 'done') return formatCause(state, reason);
  const kept = bestEpoch === null ? epochs.at(-1) : epochs[bestEpoch - 1];
  const cause = reason === null ? '' : `: ${reason}`;
  const plain = `test error ${formatTestError(kept, classNames.length)}`;
  const error = augmentedTest
    ? `${plain}, ${formatTestError(augmentedTest, classNames.length)} with test-time augmentation`
    : plain;
  return `done, ${error}, ${formatDuration(seconds)}${cause}`;
}

/** The reason alone where it names the state itself. */
function formatCause(state: string, reason: string | null): string {
  if (reason === null) return state;
  return reason.startsWith(state) ? reason : `${state}: ${reason}`;
}

/** What a line of the live table says. */
interface LiveCells {
  readonly run?: string;
  readonly name?: string;
  readonly bar?: string;
  readonly epoch?: string;
  readonly loss?: string;
  readonly validation?: string;
  readonly error?: string;
  readonly speed?: string;
  readonly left?: string;
}

function formatLive(
  cells: LiveCells,
  { runWidth, nameWidth, barWidth, epochWidth, validates }: LiveLayout,
): string {
  const { run = '', name = '', bar = '', epoch = '', loss = '', validation = '' } = cells;
  const { error = '', speed = '', left = '' } = cells;
  const shortName = name.length > nameWidth ? `${name.slice(0, nameWidth - 1)}…` : name;
  return [
    run.padStart(runWidth),
    shortName.padEnd(nameWidth),
    bar.padEnd(barWidth),
    epoch.padStart(epochWidth),
    loss.padStart(7),
    ...(validates ? [validation.padStart(10)] : []),
    error.padStart(6),
    speed.padStart(8),
    left.padStart(TIME_WIDTH),
  ].join(' ');
}
