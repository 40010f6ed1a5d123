import type { SweepPoint } from '../../experiment/plan-sweep.js';
import type { SweepObserver, SweepRun } from '../../experiment/sweep.js';
import type { Streams } from '../streams.js';
import { RunState } from '../sweep/state.js';
import { canShowLiveLines, showLiveLines } from './live-lines.js';
import { RunSlots } from './run-slots.js';
import { formatLiveRun, formatLiveTitles, layOutLive } from './text.js';

interface SearchSubject {
  readonly parallel: number;
  /** Trials, as far as that is known. */
  readonly count: number;
  readonly epochs: number;
  readonly validates: boolean;
  /** What a run's trial has chosen. */
  readonly describe: (point: SweepPoint) => string;
  /** How far the search is. */
  readonly summarize: () => string;
}

/** Shows the runs of a search that are in progress. */
export interface SearchProgress extends SweepObserver {
  /** Prints a line; bars make room for it. */
  say(line: string): void;
  /** Takes bars away. May be called again. */
  close(): void;
}

/** Bars where `err` is a terminal that can move its cursor, else nothing but what is said. */
export function showSearchProgress(err: Streams['err'], subject: SearchSubject): SearchProgress {
  if (!canShowLiveLines(err)) return { say: (line) => err.write(`${line}\n`), close: () => {} };
  const { parallel, count, epochs, validates, describe, summarize } = subject;
  const running = new Map<number, RunState>();
  const slots = new RunSlots(parallel, err.rows);
  /** The widest of all runs so far, so that columns stay where they are. */
  let widest = '';
  const layOut = (columns: number) => layOutLive({ names: [widest], count, epochs, validates }, columns);
  const { say, close } = showLiveLines(err, [
    (columns) => formatLiveTitles(layOut(columns), 'settings'),
    ...slots.lines((state, columns) => formatLiveRun(state, describe(state.run.point), layOut(columns))),
    summarize,
  ]);
  const find = ({ runId }: SweepRun) => running.get(runId)!;
  return {
    say,
    close,
    runStarted: (run) => {
      const state = new RunState(run);
      running.set(run.runId, state);
      slots.put(state);
      const text = describe(run.point);
      if (text.length > widest.length) widest = text;
    },
    resumed: (run, resumption) => find(run).resume(resumption),
    progressed: (run, progress) => {
      const state = find(run);
      state.progress = progress;
      state.timeLeft.update(state.fraction);
    },
    epochEnded: (run, metrics) => {
      const state = find(run);
      state.lastEpoch = metrics;
      state.timeLeft.update(state.fraction);
    },
    runEnded: (run) => {
      slots.free(run);
      running.delete(run.runId);
    },
  };
}
