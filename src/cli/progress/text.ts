import type { LiveRun } from '../../experiment/run-records.js';
import type { RunEnd } from '../../experiment/run-result.js';
import type { SweepRun } from '../../experiment/sweep.js';
import { formatNumberOf } from '../../report/findings/words.js';
import { formatCount, formatDuration, formatNumber, NOTHING } from '../../report/format-values.js';
import { describeTest, describeTestShortly, formatRmse } from '../../report/measures.js';
import type { Resumption } from '../../run/types.js';
import type { RunState, SweepState } from '../sweep/state.js';

const BAR = { least: 6, most: 30 } as const;
/** Of `59:59` and `12h34`. */
const TIME_WIDTH = 5;
const HOUR = 3600;

/** What a live table has to have room for. */
export interface LiveContents {
  readonly names: readonly string[];
  /** Of runs, if names are not all of theirs. */
  readonly count?: number;
  /** The most of a run. */
  readonly epochs: number;
  /** Whether some run keeps images for validation. */
  readonly validates?: boolean;
}

/** The columns of a live table, as many as the terminal has room for. */
export type LiveLayout = readonly { readonly key: keyof LiveCells; readonly width: number }[];

/** What is left out of a table that is too wide, the first thing first. */
const DISPENSABLE: readonly (keyof LiveCells)[] = ['bar', 'speed', 'loss', 'run', 'validation', 'epoch'];

/** Lays a live table out in `columns` columns of the terminal: names have room first, the bar takes what is left. */
export function layOutLive(
  { names, count = names.length, epochs, validates = false }: LiveContents,
  columns: number,
): LiveLayout {
  const longest = names.reduce((width, { length }) => Math.max(width, length), 'network'.length);
  const least: LiveLayout = [
    { key: 'run', width: Math.max('run'.length, widthOfShare(count)) },
    { key: 'name', width: 'network'.length },
    { key: 'bar', width: BAR.least },
    { key: 'epoch', width: Math.max('epoch'.length, widthOfShare(epochs)) },
    { key: 'loss', width: 7 },
    ...(validates ? [{ key: 'validation', width: 10 } as const] : []),
    { key: 'error', width: 6 },
    { key: 'speed', width: 8 },
    { key: 'left', width: TIME_WIDTH },
  ];
  const spareOf = (layout: LiveLayout) => columns - layout.reduce((sum, { width }) => sum + width + 1, -1);
  const shown = DISPENSABLE.reduce<LiveLayout>(
    (layout, dispensable) =>
      spareOf(layout) >= 0 ? layout : layout.filter(({ key }) => key !== dispensable),
    least,
  );
  const spare = Math.max(0, spareOf(shown));
  const forName = Math.min(spare, longest - 'network'.length);
  const forBar = Math.min(spare - forName, BAR.most - BAR.least);
  return shown.map(({ key, width }) => ({
    key,
    width: width + (key === 'name' ? forName : key === 'bar' ? forBar : 0),
  }));
}

/** Of `20/20`. */
function widthOfShare(whole: number): number {
  return 2 * String(Math.ceil(whole)).length + 1;
}

/** The live table's titles. */
export function formatLiveTitles(layout: LiveLayout, name = 'network'): string {
  return formatLive(
    {
      run: 'run',
      name,
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
  const barWidth = layout.find(({ key }) => key === 'bar')?.width ?? 0;
  const filled = Math.round(state.fraction * barWidth);
  return formatLive(
    {
      run: `${run.index}/${run.count}`,
      name,
      bar: '='.repeat(filled) + '-'.repeat(barWidth - filled),
      epoch: `${state.epoch}/${Math.ceil(run.point.spec.epochs)}`,
      loss: formatNumber(progress?.trainLoss ?? lastEpoch?.trainLoss, 4),
      validation: formatError(lastEpoch?.validationErrorPercent),
      error:
        lastEpoch?.testRmse === undefined
          ? formatError(lastEpoch?.testErrorPercent)
          : formatRmse(lastEpoch.testRmse),
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
  const validationError =
    validationErrorPercent === null ? '' : `, error ${formatNumber(validationErrorPercent, 2)}%`;
  const parts = [
    `epoch ${epoch} of ${Math.ceil(run.point.spec.epochs)}`,
    `loss ${formatNumber(trainLoss, 4)}`,
    ...(validationLoss === null
      ? []
      : [`validation loss ${formatNumber(validationLoss, 4)}${validationError}`]),
    describeTest(lastEpoch!, run.point.dataset.classNames.length),
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
  const plain = describeTest(kept, classNames.length);
  const error = augmentedTest
    ? `${plain}, ${describeTestShortly(augmentedTest, classNames.length)} with test-time augmentation`
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

function formatLive(cells: LiveCells, layout: LiveLayout): string {
  const texts = layout.map(({ key, width }) => {
    const text = cells[key] ?? '';
    if (key !== 'name' && key !== 'bar') return text.padStart(width);
    return (text.length > width ? `${text.slice(0, width - 1)}…` : text).padEnd(width);
  });
  return texts.join(' ');
}
