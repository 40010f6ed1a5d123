import { useEffect, useRef, useState } from 'preact/hooks';
import type { RunRow } from '../../../src/dashboard/run-rows.js';
import { live } from './live.js';

/** No view is asked for again more often, however fast epochs land. */
const LEAST_MS = 1_000;

/** An event of the stream, as far as it tells of which runs. */
export interface Change {
  readonly rows?: readonly RunRow[];
  readonly runs?: readonly number[];
  readonly run?: number;
}

/**
 * A number that changes when runs do: for `useAnswer`.
 *
 * @param runs null for all of them
 */
export function useChanges(runs: readonly number[] | null): number {
  return useNews((change) => listChanged(change).some((run) => runs === null || runs.includes(run)));
}

function listChanged({ rows = [], runs = [], run }: Change): number[] {
  return [...rows.map((row) => row.run), ...runs, ...(run === undefined ? [] : [run])];
}

/**
 * A number that changes when something has come about that is of interest, or all is to be read again: for `useAnswer`.
 *
 * @param isNews the one of the latest drawing counts
 */
export function useNews(isNews: (change: Change) => boolean): number {
  const [count, setCount] = useState(0);
  const latest = useRef(isNews);
  latest.current = isNews;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const note = () => {
      timer ??= setTimeout(() => {
        timer = null;
        setCount((before) => before + 1);
      }, LEAST_MS);
    };
    const hear = (change: Change) => {
      if (latest.current(change)) note();
    };
    const ends = [
      ...['runs', 'gone', 'epochs'].map((event) => live.on<Change>(event, hear)),
      live.on('reload', note),
      // What was in the way is gone.
      live.on('trouble', ({ error }: { error: string | null }) => error === null && note()),
    ];
    return () => {
      for (const end of ends) end();
      if (timer !== null) clearTimeout(timer);
    };
  }, []);
  return count;
}
