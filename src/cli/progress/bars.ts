import type { Streams } from '../streams.js';
import { showLiveLines } from './live-lines.js';
import type { ProgressSubject, SweepProgress } from './progress.js';
import { RunSlots } from './run-slots.js';
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

/** A live table: one line for each run in progress, ended ones above it. */
export function showProgressBars(err: Streams['err'], subject: ProgressSubject): SweepProgress {
  const { state, name } = subject;
  const contents = {
    names: state.missing.map(name),
    epochs: state.missing.reduce((most, { spec }) => Math.max(most, spec.epochs), 1),
    validates: state.missing.some(({ spec }) => spec.validationCount > 0),
  };
  const layOut = (columns: number) => layOutLive(contents, columns);

  const slots = new RunSlots(subject.parallel, err.rows);
  const { say, close } = showLiveLines(err, [
    (columns) => formatLiveTitles(layOut(columns)),
    ...slots.lines((shown, columns) => formatLiveRun(shown, name(shown.run.point), layOut(columns))),
    () => formatLiveSummary(state),
  ]);
  return {
    say,
    close,
    runStarted: (run) => slots.put(state.start(run)),
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
      slots.free(run);
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
