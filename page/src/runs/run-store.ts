import { useEffect } from 'preact/hooks';
import type { RunsAnswer } from '../../../src/dashboard/answers/runs.js';
import { ask } from '../lib/api.js';
import { live } from '../lib/live.js';
import { getAddress } from '../lib/router.js';
import { Store, useStore } from '../lib/store.js';
import { type KnownRuns, RunKeeper } from './run-keeper.js';

const known = new Store<KnownRuns>({ model: null, error: null });
const keeper = new RunKeeper(
  () => ask<RunsAnswer>('runs'),
  live,
  (now) => known.set(now),
);

/** The runs of the database that the address names. The component is drawn again whenever one changes. */
export function useRuns(): KnownRuns {
  const db = getAddress().params.db ?? '0';
  useEffect(() => keeper.follow(db), [db]);
  return useStore(known);
}
