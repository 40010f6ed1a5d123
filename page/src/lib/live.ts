import { apiUrl } from './api.js';
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
 * where the browser has given up, by the last version seen.
 */
class Live {
  readonly #listeners = new Map<string, Set<Listener>>();
  #source: EventSource | null = null;
  #db: string | null = null;
  #version: string | null = null;

  /**
   * Calls back on every event of a kind: `runs`, `gone`, `epochs`, `reload`.
   *
   * @returns what ends it
   */
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
    this.#connect();
  }

  /** Goes on from a version that an answer has given, so that nothing between that answer and the stream is missed. */
  resumeFrom(version: string): void {
    if (this.#version !== null) return;
    this.#version = version;
    this.#connect();
  }

  #connect(): void {
    this.#source?.close();
    const source = new EventSource(apiUrl('events', { db: this.#db, since: this.#version }));
    this.#source = source;
    for (const event of new Set(['reload', 'trouble', ...this.#listeners.keys()])) {
      source.addEventListener(event, this.#receive);
    }
    source.onopen = () => liveState.set({ ...liveState.get(), isConnected: true });
    source.onerror = () => {
      liveState.set({ ...liveState.get(), isConnected: false });
      if (source.readyState !== EventSource.CLOSED) return;
      setTimeout(() => this.#source === source && this.#connect(), AGAIN_AFTER_MS);
    };
  }

  readonly #receive = (message: MessageEvent<string>): void => {
    if (message.target !== this.#source) return;
    if (message.lastEventId !== '') this.#version = message.lastEventId;
    const data = JSON.parse(message.data) as never;
    if (message.type === 'trouble') {
      liveState.set({ ...liveState.get(), trouble: (data as { error: string | null }).error });
    }
    for (const listener of [...(this.#listeners.get(message.type) ?? [])]) listener(data);
  };
}

export const live = new Live();
