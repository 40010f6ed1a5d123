import type { SweepRun } from '../../experiment/sweep.js';
import type { Streams } from '../streams.js';
import type { RunState } from '../sweep/state.js';
import { showLiveLines } from './live-lines.js';
import type { ProgressSubject, SweepProgress } from './progress.js';
import {
  formatEndLine,
  formatHeldLine,
  formatLiveRun,
  formatLiveSummary,
  formatLiveTitles,
  formatRecordedLine,
  formatResumption,
  formatSkippedLine,
  layOutLive,
} from './text.js';

/** Titles, the sweep's own line, and one of the shell's. */
const OTHER_ROWS = 3;
const DEFAULT_ROWS = 24;

/** A live table: one line for each run in progress, ended ones above it. */
export function showProgressBars(err: Streams['err'], subject: ProgressSubject): SweepProgress {
  const { state, name } = subject;
  const contents = {
    names: state.missing.map(name),
    epochs: state.missing.reduce((most, { spec }) => Math.max(most, spec.epochs), 1),
    validates: state.missing.some(({ spec }) => spec.validationCount > 0),
  };
  const layOut = (columns: number) => layOutLive(contents, columns);

  // A run keeps its slot while it lasts; runs beyond the window's height are counted in the last line only.
  const slotCount = Math.max(1, Math.min(subject.parallel, (err.rows ?? DEFAULT_ROWS) - OTHER_ROWS));
  const slots: (RunState | null)[] = Array.from({ length: slotCount }, () => null);
  const { say, close } = showLiveLines(err, [
    (columns) => formatLiveTitles(layOut(columns)),
    ...slots.map((_, i) => (columns: number) => {
      const shown = slots[i] ?? null;
      return shown === null ? '' : formatLiveRun(shown, name(shown.run.point), layOut(columns));
    }),
    () => formatLiveSummary(state),
  ]);

  const findSlot = (run: SweepRun | null) => slots.findIndex((slot) => (slot?.run ?? null) === run);
  return {
    say,
    close,
    runStarted: (run) => {
      const started = state.start(run);
      const free = findSlot(null);
      if (free >= 0) slots[free] = started;
    },
    resumed: (run, resumption) => {
      state.resume(run, resumption);
      for (const line of formatResumption(name(run.point), resumption)) say(line);
    },
    progressed: (run, progress) => {
      state.progress(run, progress);
    },
    epochEnded: (run, metrics) => {
      state.endEpoch(run, metrics);
    },
    runEnded: (run, end) => {
      const slot = findSlot(run);
      if (slot >= 0) slots[slot] = null;
      state.end(run);
      say(formatEndLine(run, name(run.point), end));
    },
    pointHeld: (point, by) => say(formatHeldLine(name(point), by)),
    pointSkipped: (point, by) => say(formatSkippedLine(name(point), by)),
    pointRecorded: (point, by) => {
      state.endPoint(point);
      say(formatRecordedLine(name(point), by));
    },
  };
}
