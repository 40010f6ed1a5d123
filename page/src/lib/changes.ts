import { useEffect, useState } from 'preact/hooks';
import { live } from './live.js';

/** No view is asked for again more often, however fast epochs land. */
const LEAST_MS = 1_000;

interface Change {
  readonly rows?: readonly { readonly run: number }[];
  readonly runs?: readonly number[];
  readonly run?: number;
}

/**
 * A number that changes when runs do: for `useAnswer`.
 *
 * @param runs null for all of them
 */
export function useChanges(runs: readonly number[] | null): number {
  const [count, setCount] = useState(0);
  const key = runs?.join() ?? '*';
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const note = () => {
      timer ??= setTimeout(() => {
        timer = null;
        setCount((before) => before + 1);
      }, LEAST_MS);
    };
    const isMeant = (run: number) => runs === null || runs.includes(run);
    const hear = (change: Change) => {
      const changed = [
        ...(change.rows ?? []).map(({ run }) => run),
        ...(change.runs ?? []),
        ...(change.run ? [change.run] : []),
      ];
      if (changed.some(isMeant)) note();
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
  }, [key]);
  return count;
}
