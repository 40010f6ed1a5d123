import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { z } from 'zod';
import { UserError } from '../../core/errors.js';
import type { QueueRequest, StopAnswer, StopRequest } from '../answers/control.js';
import { readJsonBody } from '../json-body.js';
import type { WatchedDatabase } from '../watched-database.js';
import { stopRun } from './stop-run.js';
import { checkTrainOrder } from './train-command.js';
import type { TrainQueue } from './train-queue.js';

const MAX_REQUEST_BYTES = 100_000;
const MAX_CHANGES = 50;

const runId = z.int().positive();
const stopSchema = z.strictObject({ run: runId }) satisfies z.ZodType<StopRequest>;
const queueSchema = z.strictObject({
  run: runId,
  set: z.array(z.string().max(MAX_REQUEST_BYTES)).max(MAX_CHANGES),
}) satisfies z.ZodType<QueueRequest>;

/**
 * What changes something: `POST /stop`, `POST /queue`, and `GET /queue`, which lists what is queued.
 *
 * @param queue null if the page may change nothing
 */
export function createControlRoute(
  findDatabase: (context: Context) => WatchedDatabase,
  queue: TrainQueue | null,
): Hono {
  const route = new Hono();
  if (queue === null) {
    return route.all('*', () => {
      throw new HTTPException(403, {
        message:
          'expected a page that may control runs, found one that may not. Start it with --allow-control.',
      });
    });
  }
  route.use(bodyLimit({ maxSize: MAX_REQUEST_BYTES }));
  route.post('/stop', async (context) => {
    const { file } = findDatabase(context);
    const { run } = await readJsonBody(context, stopSchema);
    const answer: StopAnswer = { state: await refuseMistakes(() => stopRun(file, run)) };
    return context.json(answer);
  });
  route.get('/queue', (context) => context.json(queue.list(findDatabase(context).file)));
  route.post('/queue', async (context) => {
    const database = findDatabase(context);
    const request = await readJsonBody(context, queueSchema);
    const order = { file: database.file, spec: readSpec(database, request.run), set: request.set };
    await refuseMistakes(() => checkTrainOrder(order));
    return context.json(queue.add(request, order));
  });
  return route;
}

/** @throws HTTPException 404 if there is no such run */
function readSpec(database: WatchedDatabase, run: number): string {
  const select = 'SELECT spec FROM kept_runs WHERE run_id = ?';
  const spec = database.read((db) => db.prepare<[number], string>(select).pluck().get(run));
  if (spec === undefined) {
    throw new HTTPException(404, {
      message: `run ${run}: expected a recorded run, found none. See runs ls.`,
    });
  }
  return spec;
}

async function refuseMistakes<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof UserError ? new HTTPException(422, { message: error.message }) : error;
  }
}
