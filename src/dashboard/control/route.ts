import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { z } from 'zod';
import type { QueueRequest, StopAnswer, StopRequest } from '../answers/control.js';
import { readJsonBody } from '../json-body.js';
import { refuseMistakes } from '../refuse-mistakes.js';
import type { WatchedDatabase } from '../watched-database.js';
import type { Control } from './control.js';

const MAX_REQUEST_BYTES = 100_000;
const MAX_CHANGES = 50;

const runId = z.int().positive();
const stopSchema = z.strictObject({
  run: runId,
  loseProgress: z.boolean().optional(),
}) satisfies z.ZodType<StopRequest>;
/** No argument of a process has a NUL in it. */
const change = z
  .string()
  .max(MAX_REQUEST_BYTES)
  .refine((text) => !text.includes('\0'), 'expected text, found the character NUL');
const queueSchema = z.strictObject({
  run: runId,
  set: z.array(change).max(MAX_CHANGES),
}) satisfies z.ZodType<QueueRequest>;

/**
 * What changes something: `POST /stop`, `POST /queue`, and `GET /queue`, which lists what is queued.
 *
 * @param control null if the page may change nothing
 */
export function createControlRoute(
  findDatabase: (context: Context) => WatchedDatabase,
  control: Control | null,
): Hono {
  const route = new Hono();
  if (control === null) {
    return route.all('*', () => {
      throw new HTTPException(403, {
        message:
          'expected a page that may control runs, found one that may not. Start it with --allow-control.',
      });
    });
  }
  route.use(bodyLimit({ maxSize: MAX_REQUEST_BYTES }));
  route.post('/stop', async (context) => {
    const database = findDatabase(context);
    const request = await readJsonBody(context, stopSchema);
    const { signal } = context.req.raw;
    const state = await refuseMistakes(422, () => control.stop(database, request, signal));
    return context.json({ state } satisfies StopAnswer);
  });
  route.get('/queue', (context) => context.json(control.list(findDatabase(context).file)));
  route.post('/queue', async (context) => {
    const database = findDatabase(context);
    const request = await readJsonBody(context, queueSchema);
    const { signal } = context.req.raw;
    return context.json(await refuseMistakes(422, () => control.enqueue(database, request, signal)));
  });
  return route;
}
