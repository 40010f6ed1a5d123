import cliProgress from 'cli-progress';
import type { SweepRun } from '../experiment/sweep.js';
import type { ProgressSubject, SweepProgress } from './progress.js';
import {
  formatEndLine,
  formatLiveRun,
  formatLiveSummary,
  formatLiveTitles,
  layOutLive,
} from './progress-text.js';
import type { Streams } from './streams.js';
import type { RunState } from './sweep-state.js';

const FRAMES_PER_SECOND = 5;
/** Titles, the sweep's own line, and one of the shell's. */
const OTHER_ROWS = 3;
const DEFAULT_ROWS = 24;
/** Clears what a bar left behind a line that is said in its place. */
const CLEAR_REST = '\x1b[K';

/** What a line of the live table shows at the moment. */
interface Line {
  format(columns: number): string;
}

/** A live table: one line for each run in progress, ended ones above it. */
export function showProgressBars(err: Streams['err'], subject: ProgressSubject): SweepProgress {
  const { state, name } = subject;
  const bars = new cliProgress.MultiBar({
    stream: err,
    fps: FRAMES_PER_SECOND,
    clearOnComplete: true,
    hideCursor: true,
    // Lines are cut to the terminal's width here, so its own setting can stay as it is.
    linewrap: true,
    // A line that is said pushes all bars down, changed or not.
    forceRedraw: true,
    format: (_options, parameters, line: Line) => {
      const columns = (parameters as { maxWidth?: number }).maxWidth ?? 80;
      return line.format(columns - 1).slice(0, columns - 1);
    },
  });
  const names = state.missing.map(name);
  const validates = state.missing.some(({ spec }) => spec.validationCount > 0);
  const layOut = (columns: number) => layOutLive(names, names.length, columns, validates);
  const addLine = (line: Line) => bars.create(1, 0, line);

  addLine({ format: (columns) => formatLiveTitles(layOut(columns)) });
  // A run keeps its slot while it lasts; runs beyond the window's height are counted in the last line only.
  const slotCount = Math.max(1, Math.min(subject.parallel, (err.rows ?? DEFAULT_ROWS) - OTHER_ROWS));
  const slots: (RunState | null)[] = Array.from({ length: slotCount }, () => null);
  slots.forEach((_, i) => {
    addLine({
      format: (columns) => {
        const shown = slots[i] ?? null;
        return shown === null ? '' : formatLiveRun(shown, name(shown.run.point), layOut(columns));
      },
    });
  });
  addLine({ format: () => formatLiveSummary(state) });

  const say = (line: string) => bars.log(`${line.replaceAll('\n', `${CLEAR_REST}\n`)}${CLEAR_REST}\n`);
  const findSlot = (run: SweepRun | null) => slots.findIndex((slot) => (slot?.run ?? null) === run);
  let isOpen = true;
  return {
    say,
    runStarted: (run) => {
      const started = state.start(run);
      const free = findSlot(null);
      if (free >= 0) slots[free] = started;
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
    close: () => {
      if (!isOpen) return;
      isOpen = false;
      // Only an update prints the lines that were said last.
      bars.update();
      bars.stop();
    },
  };
}
