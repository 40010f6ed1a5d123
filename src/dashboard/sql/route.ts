import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { z } from 'zod';
import type { SqlRequest } from '../answers/sql.js';
import { readJsonBody } from '../json-body.js';
import { refuseMistakes } from '../refuse-mistakes.js';
import type { WatchedDatabase } from '../watched-database.js';
import { runQueryProcess } from './query-process.js';

/** Each has a core to itself for as long as it takes. */
const MOST_AT_ONCE = 2;
const MAX_REQUEST_BYTES = 100_000;

const requestSchema = z.strictObject({
  sql: z.string().max(MAX_REQUEST_BYTES),
  format: z.enum(['table', 'csv', 'json']),
}) satisfies z.ZodType<SqlRequest>;

const FILES = {
  csv: { type: 'text/csv; charset=utf-8', name: 'rows.csv' },
  json: { type: 'application/json', name: 'rows.json' },
} as const;

/** `POST /`: a question in SQL. */
export function createSqlRoute(findDatabase: (context: Context) => WatchedDatabase): Hono {
  let running = 0;
  const route = new Hono();
  route.post('/', bodyLimit({ maxSize: MAX_REQUEST_BYTES }), async (context) => {
    const { file } = findDatabase(context);
    const request = await readJsonBody(context, requestSchema);
    if (running >= MOST_AT_ONCE) {
      throw new HTTPException(429, {
        message: `sql: expected at most ${MOST_AT_ONCE} questions at once, found another one. Ask again when they are answered.`,
      });
    }
    running++;
    try {
      const { signal } = context.req.raw;
      const answer = await refuseMistakes(422, () => runQueryProcess({ file, ...request }, { signal }));
      if (typeof answer !== 'string') return context.json(answer);
      const { type, name } = FILES[request.format as keyof typeof FILES];
      return context.body(answer, 200, {
        'content-type': type,
        'content-disposition': `attachment; filename="${name}"`,
      });
    } finally {
      running--;
    }
  });
  return route;
}
