import { useEffect } from 'preact/hooks';
import type { RunsAnswer } from '../../../src/dashboard/answers/runs.js';
import type { GoneEvent, RunsEvent } from '../../../src/dashboard/run-changes.js';
import { ask } from '../lib/api.js';
import { live } from '../lib/live.js';
import { getAddress } from '../lib/router.js';
import { Store, useStore } from '../lib/store.js';
import { RunModel } from './run-model.js';

/** All runs of the database that is shown; another object whenever one of them changes. */
export interface KnownRuns {
  /** Null until they are there. The same object is brought up to date. */
  readonly model: RunModel | null;
  /** Why they cannot be read. */
  readonly error: string | null;
}

/** Keeps the runs of a database, by the stream of changes, from when a view first asks for them. */
class RunKeeper {
  readonly known = new Store<KnownRuns>({ model: null, error: null });
  #db: string | null = null;
  #isListening = false;
  /** Events that came before the answer to which they belong. */
  #waiting: (() => void)[] = [];

  follow(db: string): void {
    this.#listen();
    if (db === this.#db) return;
    this.#db = db;
    this.known.set({ model: null, error: null });
    this.#load();
  }

  async #load(): Promise<void> {
    const db = this.#db;
    this.#waiting = [];
    try {
      const answer = await ask<RunsAnswer>('runs');
      if (db !== this.#db) return;
      this.known.set({ model: new RunModel(answer), error: null });
      live.resumeFrom(answer.version);
      for (const event of this.#waiting.splice(0)) event();
    } catch (error) {
      if (db === this.#db) this.known.set({ ...this.known.get(), error: (error as Error).message });
    }
  }

  #listen(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    live.on('reload', () => this.#load());
    // What was in the way is gone: of the time before, the stream tells only once there is an answer.
    live.on('trouble', ({ error }: { error: string | null }) => {
      if (error === null && this.known.get().model === null) this.#load();
    });
    live.on('runs', ({ rows }: RunsEvent) =>
      this.#change((model) => {
        if (!model.update(rows)) this.#load();
      }),
    );
    live.on('gone', ({ runs }: GoneEvent) => this.#change((model) => model.remove(runs)));
  }

  #change(change: (model: RunModel) => void): void {
    const { model } = this.known.get();
    if (model === null) {
      this.#waiting.push(() => this.#change(change));
      return;
    }
    change(model);
    this.known.set({ model, error: null });
  }
}

const keeper = new RunKeeper();

/** The runs of the database that the address names. The component is drawn again whenever one changes. */
export function useRuns(): KnownRuns {
  const db = getAddress().params.db ?? '0';
  useEffect(() => keeper.follow(db), [db]);
  return useStore(keeper.known);
}
