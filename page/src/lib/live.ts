import { apiUrl } from './api.js';
import type { ChangeStream } from './change-stream.js';
import { Store } from './store.js';

/** How the stream of changes stands. */
export interface LiveState {
  readonly isConnected: boolean;
  /** Why the database cannot be read at the moment. */
  readonly trouble: string | null;
}

/** Shown by the page's head. */
export const liveState = new Store<LiveState>({ isConnected: false, trouble: null });

type Listener = (data: never) => void;

/** A browser gives up a stream for good after some errors; then this begins anew. */
const AGAIN_AFTER_MS = 2_000;

/**
 * The page's one stream of changes: of one database, from a version on. It resumes where it was after a cut, by the browser's `Last-Event-ID` or,
 * where the browser has given up, by the last version seen. While the page is hidden there is none: a browser has six connections to a server, and a page in
 * each of so many tabs would leave none for questions.
 */
class Live implements ChangeStream {
  readonly #listeners = new Map<string, Set<Listener>>();
  #source: EventSource | null = null;
  #db: string | null = null;
  #version: string | null = null;
  /** From which version on the stream has been, for views whose answers have none. */
  #begun: string | null = null;
  /** Whether changes may have come that neither a stream nor an answer has told of. */
  #hasMissed = false;

  constructor() {
    document.addEventListener('visibilitychange', () => this.#connect());
  }

  on<T>(event: string, listener: (data: T) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener as Listener));
    this.#source?.addEventListener(event, this.#receive);
    return () => listeners.delete(listener as Listener);
  }

  /** Follows a database: called by the shell when the address names another one. */
  follow(db: string): void {
    if (db === this.#db) return;
    this.#db = db;
    this.#version = null;
    this.#begun = null;
    this.#connect();
  }

  resumeFrom(version: string): void {
    if (this.#version !== null) return;
    this.#version = version;
    this.#connect();
  }

  #connect(): void {
    this.#source?.close();
    this.#source = null;
    if (this.#db === null) return;
    if (document.hidden) {
      this.#hasMissed = true;
      return;
    }
    const since = this.#version ?? this.#begun;
    const isLost = this.#hasMissed && since === null;
    this.#hasMissed = false;
    const source = new EventSource(apiUrl('events', { db: this.#db, since }));
    this.#source = source;
    for (const event of new Set(['reload', 'trouble', ...this.#listeners.keys()])) {
      source.addEventListener(event, this.#receive);
    }
    source.addEventListener('hello', ({ lastEventId }: MessageEvent) => {
      if (source === this.#source) this.#begun ??= lastEventId;
    });
    source.onopen = () => liveState.set({ ...liveState.get(), isConnected: true });
    source.onerror = () => {
      liveState.set({ ...liveState.get(), isConnected: false });
      if (source.readyState !== EventSource.CLOSED) return;
      setTimeout(() => this.#source === source && this.#connect(), AGAIN_AFTER_MS);
    };
    // Nothing has said from when the stream is to go on.
    if (isLost) this.#tell('reload', {});
  }

  readonly #receive = (message: MessageEvent<string>): void => {
    if (message.target !== this.#source) return;
    if (message.lastEventId !== '') this.#version = message.lastEventId;
    const data = JSON.parse(message.data) as unknown;
    if (message.type === 'trouble') {
      liveState.set({ ...liveState.get(), trouble: (data as { error: string | null }).error });
    }
    this.#tell(message.type, data);
  };

  #tell(event: string, data: unknown): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) listener(data as never);
  }
}

export const live = new Live();
