import { useEffect, useState } from 'preact/hooks';
import type { QueuedRun, StopAnswer } from '../../../../src/dashboard/answers/control.js';
import type { DatabaseAnswer } from '../../../../src/dashboard/answers/databases.js';
import { ApiError, send, useAnswer } from '../../lib/api.js';
import { live } from '../../lib/live.js';
import { hrefTo, setParams, useAddress } from '../../lib/router.js';
import { STATE } from '../../runs/column.js';
import type { RunModel } from '../../runs/run-model.js';
import { useRuns } from '../../runs/run-store.js';
import './control.css';

const LOOK_EVERY_MS = 2_000;
/** HTTP's status of a stop that is to be asked for once more. */
const LOSES_PROGRESS = 409;

/** Stops runs and queues others, where the command was given --allow-control. */
export default function ControlView() {
  const { params } = useAddress();
  const { answer: databases } = useAnswer<DatabaseAnswer[]>('databases', { db: null });
  const database = databases?.find(({ db }) => db === Number(params.db ?? 0));
  if (!database) return <p aria-busy="true">…</p>;
  if (!database.canControl) {
    return (
      <>
        <h1>Control</h1>
        <p>
          This page may change nothing. Started with <code>--allow-control</code> it stops runs, and trains
          recorded ones again with changed fields.
        </p>
      </>
    );
  }
  return (
    <div class="control">
      <h1>Control</h1>
      <Running />
      <Queue />
    </div>
  );
}

/** The runs under way, each with what stops it. */
function Running() {
  const { model, error } = useRuns();
  const [said, setSaid] = useState<string | null>(null);
  /** A run that saves no state, whose stop was asked for. */
  const [losing, setLosing] = useState<number | null>(null);
  const stop = async (run: number, loseProgress = false) => {
    setLosing(null);
    setSaid(`Run ${run} ends after its step …`);
    try {
      const { state } = await send<StopAnswer>('control/stop', { run, loseProgress });
      const next = loseProgress ? 'begins it anew' : 'goes on from there';
      setSaid(`Run ${run} is ${state}. The command that trained it, given again, ${next}.`);
    } catch (error) {
      setSaid((error as Error).message);
      if (error instanceof ApiError && error.status === LOSES_PROGRESS) setLosing(run);
    }
  };
  if (model === null)
    return error === null ? <p aria-busy="true">Reads the runs …</p> : <p role="alert">{error}</p>;
  const running = listRunning(model);
  return (
    <section aria-labelledby="running-title">
      <h2 id="running-title">Under way</h2>
      {running.length === 0 && <p>Nothing is trained now.</p>}
      <ul class="jobs">
        {running.map(({ run, label, seed, done, epochs }) => (
          <li key={run}>
            <a href={hrefTo('run', String(run))}>run {run}</a> {label}, seed {seed}, {done} of {epochs} epochs{' '}
            <button type="button" onClick={() => stop(run)} aria-label={`Stop run ${run}`}>
              Stop
            </button>
          </li>
        ))}
      </ul>
      <p role="status">{said}</p>
      {losing !== null && (
        <button type="button" onClick={() => stop(losing, true)}>
          Stop run {losing} and lose its progress
        </button>
      )}
    </section>
  );
}

/** Runs under way, by what the page knows of them. */
function listRunning({ runs, columns }: RunModel) {
  const [states, label, seed, done, epochs] = [STATE, 'label', 'seed', 'completed_epochs', 'epochs'].map(
    (name) => columns.get(name)?.cells,
  );
  return runs.flatMap((run, i) =>
    states?.[i] === 'running'
      ? [{ run, label: label?.[i], seed: seed?.[i], done: done?.[i], epochs: epochs?.[i] }]
      : [],
  );
}

/** A recorded spec with changed fields, and those that were queued before. */
function Queue() {
  const { params } = useAddress();
  const count = useTicks();
  const [said, setSaid] = useState<string | null>(null);
  const { answer: jobs, error } = useAnswer<QueuedRun[]>('control/queue', {}, `${count} ${said}`);
  const run = params.run ?? '';
  const set = params.set ?? '';
  const add = async (event: Event) => {
    event.preventDefault();
    setSaid('It is checked …');
    const changes = set.split('\n').map((line) => line.trim());
    const said = send<QueuedRun>('control/queue', {
      run: Number(run),
      set: changes.filter((line) => line !== ''),
    }).then(
      ({ id }) => `Queued as number ${id}.`,
      ({ message }: Error) => message,
    );
    setSaid(await said);
  };
  return (
    <section aria-labelledby="queue-title">
      <h2 id="queue-title">Train again</h2>
      <form onSubmit={add}>
        <label>
          The spec of run{' '}
          <input
            type="number"
            min={1}
            required
            value={run}
            onInput={({ currentTarget }) =>
              setParams({ run: currentTarget.value || null }, { replace: true })
            }
          />
        </label>
        <label>
          with these fields, one a line as <code>--set</code> takes them
          <textarea
            rows={4}
            placeholder={'seed=3\nlearningRate.rate=0.01'}
            spellcheck={false}
            value={set}
            onInput={({ currentTarget }) =>
              setParams({ set: currentTarget.value || null }, { replace: true })
            }
          />
        </label>
        <button type="submit" class="main">
          Queue it
        </button>
      </form>
      <p role="status">{said}</p>
      <ol class="jobs" aria-busy={jobs === null && error === null}>
        {jobs?.map(({ id, run, set, state, line }) => (
          <li key={id} value={id}>
            {state}: <a href={hrefTo('run', String(run))}>run {run}</a>
            {set.length > 0 && ` with ${set.join(', ')}`}
            {line !== '' && <code class="line">{line}</code>}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Counts up whenever there is something new, and now and then. */
function useTicks(): number {
  const [count, setCount] = useState(0);
  useEffect(() => {
    const tick = () => setCount((before) => before + 1);
    const timer = setInterval(tick, LOOK_EVERY_MS);
    const end = live.on('runs', tick);
    return () => {
      clearInterval(timer);
      end();
    };
  }, []);
  return count;
}
