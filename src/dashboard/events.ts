import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import type { WatchedDatabase } from './watched-database.js';

/** Between two looks at a database: an epoch shows within a second. */
const LOOK_EVERY_MS = 500;
/** Likewise, while it cannot be read: to open it takes longer than a look. */
const TRY_EVERY_MS = 2_000;
/** Something is sent so often, so that both ends notice when the other has gone. */
const BEAT_EVERY_MS = 15_000;
/** How long a browser waits before it connects again. */
const RETRY_MS = 1_000;

/**
 * The stream of a page: what changes in a database, each event under the version that it leads to. It begins after the version that the page gives
 * (`Last-Event-ID` when it connects again, else `since`), or now: event `hello` is under that version.
 *
 * `reload` says that the page is to read all again, `trouble` why the database cannot be read, with null once it can.
 */
export function streamChanges(context: Context, database: WatchedDatabase): Response {
  const known = context.req.header('last-event-id') ?? context.req.query('since') ?? '';
  return streamSSE(context, async (stream) => {
    const follower = new Follower(database, known);
    let beatMs = performance.now();
    await stream.writeSSE({ event: 'hello', data: '{}', retry: RETRY_MS, ...follower.begin() });
    while (!stream.aborted) {
      for (const message of follower.look()) {
        await stream.writeSSE(message);
        beatMs = performance.now();
      }
      if (performance.now() - beatMs > BEAT_EVERY_MS) {
        await stream.write(': still here\n\n');
        beatMs = performance.now();
      }
      await stream.sleep(follower.isHindered ? TRY_EVERY_MS : LOOK_EVERY_MS);
    }
  });
}

type Message = Parameters<SSEStreamingApi['writeSSE']>[0];

/** How far one page has been told. */
class Follower {
  #trouble: string | null = null;

  constructor(
    private readonly database: WatchedDatabase,
    private version: string,
  ) {}

  /** Whether the database cannot be read at the moment. */
  get isHindered(): boolean {
    return this.#trouble !== null;
  }

  /** Settles where it begins: before a cut that comes before any change, so that the page goes on from here after it. */
  begin(): { readonly id?: string } {
    try {
      if (this.version === '') this.version = this.database.version();
      return { id: this.version };
    } catch (error) {
      if (!(error instanceof HTTPException)) throw error;
      // The first look tells of it.
      return {};
    }
  }

  look(): Message[] {
    try {
      const messages = this.#follow();
      return this.#trouble === null ? messages : [this.#tell(null), ...messages];
    } catch (error) {
      if (!(error instanceof HTTPException)) throw error;
      return error.message === this.#trouble ? [] : [this.#tell(error.message)];
    }
  }

  #follow(): Message[] {
    if (this.version === '') this.version = this.database.version();
    const changes = this.database.changesSince(this.version);
    if (changes === null) {
      this.version = this.database.version();
      return [{ event: 'reload', data: '{}', id: this.version }];
    }
    this.version = changes.at(-1)?.version ?? this.version;
    return changes.map(({ event, data, version }) => ({ event, data: JSON.stringify(data), id: version }));
  }

  #tell(trouble: string | null): Message {
    this.#trouble = trouble;
    return { event: 'trouble', data: JSON.stringify({ error: trouble }) };
  }
}
