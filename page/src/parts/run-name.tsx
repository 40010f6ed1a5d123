import { hrefTo } from '../lib/router.js';
import { runColour } from '../lib/run-colour.js';
import { useStore } from '../lib/store.js';
import { isDark } from '../lib/theme.js';
import './run-name.css';

/** A run's number in its colour, which leads to its page. */
export function RunName({ run, label }: { readonly run: number; readonly label?: string }) {
  return (
    <a class="run-name" href={hrefTo('run', String(run))}>
      <RunMark run={run} />
      run {run}
      {label !== undefined && ` (${label})`}
    </a>
  );
}

/** The colour of a run. */
export function RunMark({ run }: { readonly run: number }) {
  return (
    <span class="run-mark" style={{ background: runColour(run, useStore(isDark)) }} aria-hidden="true" />
  );
}
