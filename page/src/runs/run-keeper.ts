import type { RunsAnswer } from '../../../src/dashboard/answers/runs.js';
import type { RunChange } from '../../../src/dashboard/run-changes.js';
import type { ChangeStream } from '../lib/change-stream.js';
import { Followed } from '../lib/followed.js';
import { RunModel } from './run-model.js';

/** All runs of the database that is shown; another object whenever one of them changes. */
export interface KnownRuns {
  /** Null until they are there. The same object is brought up to date. */
  readonly model: RunModel | null;
  /** Why they cannot be read. */
  readonly error: string | null;
}

type RunsChange = Exclude<RunChange, { readonly event: 'epochs' }>;

/** Keeps the runs of a database, by the stream of changes, from when a view first asks for them. */
export class RunKeeper {
  readonly #runs = new Followed<RunModel, RunsChange>(changeModel);
  #db: string | null = null;
  #isListening = false;

  /**
   * @param ask for all runs of the database that the address names
   * @param live tells of their changes
   * @param show is told what is known whenever that changes
   */
  constructor(
    private readonly ask: () => Promise<RunsAnswer>,
    private readonly live: ChangeStream,
    private readonly show: (known: KnownRuns) => void,
  ) {}

  follow(db: string): void {
    this.#listen();
    if (db === this.#db) return;
    this.#db = db;
    this.#runs.clear();
    this.#show(null);
    this.#load();
  }

  async #load(): Promise<void> {
    const asked = this.#runs.ask();
    try {
      const answer = await this.ask();
      if (!this.#runs.isLatest(asked)) return;
      this.live.resumeFrom(answer.version);
      const isWhole = this.#runs.answer(new RunModel(answer));
      this.#show(null);
      if (!isWhole) this.#load();
    } catch (error) {
      if (!this.#runs.isLatest(asked)) return;
      this.#runs.fail();
      this.#show((error as Error).message);
    }
  }

  #listen(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    this.live.on('reload', () => this.#load());
    // What was in the way is gone: an answer may have failed by it, and of the time before, the stream tells only once there is one.
    this.live.on('trouble', ({ error }: { error: string | null }) => {
      if (error === null) this.#load();
    });
    for (const event of ['runs', 'gone'] as const) {
      this.live.on(event, (data: never) => this.#change({ event, data }));
    }
  }

  #change(change: RunsChange): void {
    const isWhole = this.#runs.change(change);
    if (this.#runs.model === null) return;
    this.#show(null);
    // An answer that is under way tells, or asks again.
    if (!isWhole && !this.#runs.isAsking) this.#load();
  }

  #show(error: string | null): void {
    this.show({ model: this.#runs.model, error });
  }
}

function changeModel(model: RunModel, { event, data }: RunsChange): boolean {
  if (event === 'runs') return model.update(data.rows);
  model.remove(data.runs);
  return true;
}
