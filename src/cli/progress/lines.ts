import type { Streams } from '../streams.js';
import type { ProgressSubject, SweepProgress } from './progress.js';
import {
  formatEndLine,
  formatEpochLine,
  formatHeldLine,
  formatRecordedLine,
  formatResumption,
  formatSkippedLine,
} from './text.js';

/** One line an epoch and one a run. */
export function showProgressLines(err: Streams['err'], { state, name }: ProgressSubject): SweepProgress {
  const say = (line: string) => {
    err.write(`${line}\n`);
  };
  return {
    say,
    runStarted: (run) => {
      state.start(run);
    },
    resumed: (run, resumption) => {
      state.resume(run, resumption);
      for (const line of formatResumption(name(run.point), resumption)) say(line);
    },
    progressed: (run, progress) => {
      state.progress(run, progress);
    },
    epochEnded: (run, metrics) => say(formatEpochLine(state.endEpoch(run, metrics), name(run.point))),
    runEnded: (run, end) => {
      state.end(run);
      say(formatEndLine(run, name(run.point), end));
    },
    pointHeld: (point, by) => say(formatHeldLine(name(point), by)),
    pointSkipped: (point, by) => say(formatSkippedLine(name(point), by)),
    pointRecorded: (point, by) => {
      state.endPoint(point);
      say(formatRecordedLine(name(point), by));
    },
    close: () => {},
  };
}
