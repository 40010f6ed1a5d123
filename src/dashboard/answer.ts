import { HTTPException } from 'hono/http-exception';
import { isRunId } from './read-run.js';
import type { TestDataShelf } from './test-data.js';
import type { WatchedDatabase } from './watched-database.js';

/** What a page asks of a database. */
export interface Question {
  readonly database: WatchedDatabase;
  /** Parameters within the path, by their names. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Of the page's server: for pictures. */
  readonly testData: Pick<TestDataShelf, 'find'>;
}

/** One address below `/api/` that reads. */
export interface Answer {
  /** `runs/:id` for instance. */
  readonly path: string;
  /**
   * @returns what is sent as JSON, or a whole response
   * @throws HTTPException with a line of why there is no answer
   */
  answer(question: Question): unknown;
}

/**
 * Reads `runs=1,2,3`.
 *
 * @throws HTTPException 400 if it is anything else
 */
export function readRunIds(query: URLSearchParams, most: number): number[] {
  const text = query.get('runs') ?? '';
  const ids = text.split(',').every(isRunId) ? text.split(',').map(Number) : [];
  if (ids.length > 0 && ids.length <= most) return [...new Set(ids)];
  throw new HTTPException(400, {
    message: `expected runs=1,2,3 with at most ${most} runs, found runs=${text.slice(0, 80)}`,
  });
}
