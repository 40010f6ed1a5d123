import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { z } from 'zod';
import type { CarriedFile } from '../remote/carried-files.js';
import { formatPortable } from '../remote/portable-json.js';
import { LENGTH_HEADER, OFFSET_HEADER } from './head-http.js';
import type { HeadAddress } from './job.js';
import {
  type Beginning,
  type BeginningAnswer,
  beginningAnswerSchema,
  type Ending,
  type Report,
  type ReportAnswer,
  reportAnswerSchema,
} from './protocol.js';

const MS_PER_SECOND = 1_000;
/** For an answer to a message or to a piece of a file, and for the next bytes of one. */
const ANSWER_LIMIT_MS = 30 * MS_PER_SECOND;
/** For a sign of life from another head. */
const LIFE_LIMIT_MS = 5 * MS_PER_SECOND;
/** Of an upload: what a cut connection costs at most. */
const PIECE_BYTES = 1 << 23;
/** Attempts at a file whose bytes come out wrong. */
const MOST_DOWNLOADS = 3;

const refusalSchema = z.object({ error: z.string() });

/** A head does not answer, or refuses. */
export class HeadError extends Error {
  override readonly name = 'HeadError';

  /** @param status of HTTP; null where there was no answer */
  constructor(
    readonly status: number | null,
    message: string,
  ) {
    super(message);
  }

  /** Whether the same may be accepted later: there was no answer, or the head is at fault. */
  get isPassing(): boolean {
    return this.status === null || this.status >= 500;
  }
}

/** Whether the head is still there: it answers, and is not another one in its place. */
export async function isHeadAlive({ url, token }: HeadAddress): Promise<boolean> {
  const headers = { authorization: `Bearer ${token}` };
  const signal = AbortSignal.timeout(LIFE_LIMIT_MS);
  return fetch(url, { headers, redirect: 'error', signal }).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** What a worker asks a head of one run. */
export class HeadClient {
  constructor(
    private readonly address: HeadAddress,
    private readonly identity: string,
  ) {}

  /** Whether this is where a head is found. */
  isAt({ url, token }: HeadAddress): boolean {
    return url === this.address.url && token === this.address.token;
  }

  async begin(beginning: Beginning): Promise<BeginningAnswer> {
    return beginningAnswerSchema.parse(await this.#post('', beginning));
  }

  async report(attempt: number, report: Report): Promise<ReportAnswer> {
    return reportAnswerSchema.parse(await this.#post(`/${attempt}/reports`, report));
  }

  async end(attempt: number, ending: Ending): Promise<void> {
    await this.#post(`/${attempt}/ending`, ending);
  }

  /** Sends a file from where the head has it. */
  async upload(attempt: number, { sha256, sizeBytes }: CarriedFile, handle: FileHandle): Promise<void> {
    const path = `/${attempt}/blobs/${sha256}`;
    const found = await this.#fetch(path, { method: 'HEAD' });
    let offset = readOffset(found);
    do {
      const length = Math.min(PIECE_BYTES, sizeBytes - offset);
      const piece = Buffer.alloc(length);
      const { bytesRead } = await handle.read(piece, 0, length, offset);
      if (bytesRead < length)
        throw new Error(`a file of ${sizeBytes} bytes ends after ${offset + bytesRead}`);
      const headers = { [OFFSET_HEADER]: String(offset), [LENGTH_HEADER]: String(sizeBytes) };
      offset = readOffset(await this.#fetch(path, { method: 'PATCH', headers, body: piece }));
    } while (offset < sizeBytes);
  }

  /**
   * Gets a file, from where it is cut on, and holds it against its hash.
   *
   * @throws HeadError if its bytes are wrong again and again or no more of them come, the signal's reason if that is raised, an error of the system if
   *   it cannot be written
   */
  async download(
    attempt: number,
    { sha256, sizeBytes }: CarriedFile,
    file: string,
    signal: AbortSignal,
  ): Promise<void> {
    for (let attempts = 0; attempts < MOST_DOWNLOADS; attempts++) {
      const handle = await open(file, 'w');
      const hash = createHash('sha256');
      try {
        for (let received = 0; received < sizeBytes; ) {
          const before = received;
          try {
            for await (const chunk of this.#read(`/${attempt}/blobs/${sha256}`, received, signal)) {
              await handle.writeFile(chunk);
              hash.update(chunk);
              received += chunk.length;
            }
          } catch (error) {
            // Cut on the way: the rest is asked for, unless nothing comes at all.
            if (!(error instanceof HeadError) || received === before) throw error;
          }
        }
      } finally {
        await handle.close();
      }
      if (hash.digest('hex') === sha256) return;
    }
    throw new HeadError(null, `expected a file with SHA-256 ${sha256}, found other bytes each time`);
  }

  /** A file's bytes as they come, for as long as some do. */
  async *#read(path: string, offset: number, signal: AbortSignal): AsyncIterable<Uint8Array> {
    const stalled = new AbortController();
    const abort = () => stalled.abort(new Error(`nothing more for ${ANSWER_LIMIT_MS / MS_PER_SECOND} s`));
    const timer = setTimeout(abort, ANSWER_LIMIT_MS);
    try {
      const headers = { range: `bytes=${offset}-` };
      const either = AbortSignal.any([signal, stalled.signal]);
      const response = await this.#fetch(path, { headers, signal: either });
      for await (const chunk of response.body!) {
        yield chunk;
        timer.refresh();
      }
    } catch (error) {
      signal.throwIfAborted();
      throw asHeadError(error);
    } finally {
      clearTimeout(timer);
    }
  }

  async #post(path: string, message: object): Promise<unknown> {
    const headers = { 'content-type': 'application/json' };
    const response = await this.#fetch(path, { method: 'POST', headers, body: formatPortable(message) });
    try {
      return await response.json();
    } catch (error) {
      throw asHeadError(error);
    }
  }

  /** @throws HeadError for any status but of success */
  async #fetch(
    path: string,
    {
      headers = {},
      signal = AbortSignal.timeout(ANSWER_LIMIT_MS),
      ...request
    }: RequestInit & { headers?: Record<string, string> },
  ) {
    const { url, token } = this.address;
    let response: Response;
    try {
      response = await fetch(`${url.replace(/\/$/, '')}/runs/${this.identity}/attempts${path}`, {
        ...request,
        headers: { ...headers, authorization: `Bearer ${token}` },
        redirect: 'error',
        signal,
      });
    } catch (error) {
      throw asHeadError(error);
    }
    if (response.ok) return response;
    const told = refusalSchema.safeParse(await response.json().catch(() => null));
    throw new HeadError(response.status, told.data?.error ?? `HTTP status ${response.status}`);
  }
}

function readOffset(response: Response): number {
  const offset = Number(response.headers.get(OFFSET_HEADER) ?? Number.NaN);
  if (Number.isSafeInteger(offset)) return offset;
  throw new HeadError(null, 'expected how much the head has, found nothing of it');
}

/** An error of `fetch` says in its cause what was wrong. */
function asHeadError(error: unknown): HeadError {
  if (error instanceof HeadError) return error;
  const { cause, message } = error as Error;
  const told = cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : message;
  return new HeadError(null, told);
}
