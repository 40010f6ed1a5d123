import { useEffect, useState } from 'preact/hooks';
import { getAddress } from './router.js';

/** Why there is no answer, in a line. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  /** @param status of HTTP; 0 if the server could not be reached */
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

type Parameters = Readonly<Record<string, string | number | null | undefined>>;

/** An address of the server below `/api/`, for the database that the page shows. What is null or absent is left out. */
export function apiUrl(path: string, parameters: Parameters = {}): string {
  const all = { db: getAddress().params.db, ...parameters };
  const given = Object.entries(all).flatMap(([name, value]) =>
    value == null ? [] : [[name, String(value)]],
  );
  const query = new URLSearchParams(given).toString();
  return `/api/${path}${query === '' ? '' : `?${query}`}`;
}

/**
 * Asks the server.
 *
 * @throws ApiError with the server's line, or that it cannot be reached
 */
export async function ask<T>(path: string, parameters: Parameters = {}, init: RequestInit = {}): Promise<T> {
  const response = await fetchFrom(apiUrl(path, parameters), init);
  return (await response.json()) as T;
}

/**
 * Sends JSON.
 *
 * @throws ApiError like `ask`
 */
export function send<T>(
  path: string,
  body: object,
  parameters: Parameters = {},
  init: RequestInit = {},
): Promise<T> {
  return ask<T>(path, parameters, { ...init, ...post(body) });
}

/**
 * Sends JSON, for an answer that is a file.
 *
 * @throws ApiError like `ask`
 */
export async function sendForFile(path: string, body: object): Promise<Blob> {
  return (await fetchFrom(apiUrl(path), post(body))).blob();
}

function post(body: object): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

async function fetchFrom(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init).catch((error: unknown) => {
    if (init.signal?.aborted) throw error;
    throw new ApiError(0, 'The page’s server cannot be reached. Was the command ended?');
  });
  if (response.ok) return response;
  const { error } = (await response.json().catch(() => ({}))) as { error?: string };
  throw new ApiError(response.status, error ?? `The page’s server answered ${response.status}.`);
}

/** What a component that asks has got so far: while it asks again, what it had stays. */
export interface Asked<T> {
  readonly answer: T | null;
  readonly error: string | null;
}

/** While the server cannot be reached it is tried again. */
const AGAIN_AFTER_MS = 2_000;

/**
 * Asks when the component is shown and whenever the question, or `again`, is another one; while the server cannot be reached, over and over. A null
 * path asks nothing.
 */
export function useAnswer<T>(
  path: string | null,
  parameters: Parameters = {},
  again: unknown = null,
): Asked<T> {
  const url = path === null ? null : apiUrl(path, parameters);
  const [asked, setAsked] = useState<Asked<T> & { url: string | null }>({
    url: null,
    answer: null,
    error: null,
  });
  useEffect(() => {
    if (url === null) return;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const askNow = () => {
      fetchFrom(url, { signal: abort.signal })
        .then((response) => response.json() as Promise<T>)
        .then((answer) => setAsked({ url, answer, error: null }))
        .catch((error: Error) => {
          if (abort.signal.aborted) return;
          setAsked((before) => ({ ...before, url, error: error.message }));
          if (error instanceof ApiError && error.status === 0) timer = setTimeout(askNow, AGAIN_AFTER_MS);
        });
    };
    askNow();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [url, again]);
  return asked.url === url ? asked : { answer: null, error: null };
}
