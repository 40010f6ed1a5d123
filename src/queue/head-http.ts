import { Readable } from 'node:stream';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { isSameSecret } from '../core/same-secret.js';
import { formatPortable } from '../remote/portable-json.js';
import { sha256Schema } from '../remote/task.js';
import { HttpRefusal } from './http-refusal.js';
import type { OfferedFile } from './open-run.js';
import type { OpenRuns } from './open-runs.js';
import { beginningSchema, endingSchema, reportSchema } from './protocol.js';

/** Of a message: epochs, answers to all test images. */
const MAX_JSON_BYTES = 2 ** 27;
/** Where a blob goes on, and how long it is. */
export const OFFSET_HEADER = 'upload-offset';
export const LENGTH_HEADER = 'upload-length';

const attempt = z
  .string()
  .regex(/^[1-9]\d{0,9}$/)
  .transform(Number);
const byteCount = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);

/**
 * The head's HTTP. Whatever is in an address is a hash or a number, and no part of a path in a file system.
 *
 *     GET   /                                             is answered by a head that lives
 *     POST  /runs/IDENTITY/attempts                       takes a point up
 *     POST  /runs/IDENTITY/attempts/N/reports             tells what has come about
 *     POST  /runs/IDENTITY/attempts/N/ending              ends the attempt
 *     HEAD  /runs/IDENTITY/attempts/N/blobs/SHA256        how much of an upload is there
 *     PATCH /runs/IDENTITY/attempts/N/blobs/SHA256        uploads the next piece
 *     GET   /runs/IDENTITY/attempts/N/blobs/SHA256        a state that the run goes on from; with ranges
 */
export function createHeadApp(runs: OpenRuns, token: string): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    if (!isSameSecret(context.req.header('authorization') ?? '', `Bearer ${token}`)) {
      throw new HttpRefusal(401, 'expected the token of this head');
    }
    await next();
  });
  app.on(
    'POST',
    '/runs/*',
    bodyLimit({
      maxSize: MAX_JSON_BYTES,
      onError: () => {
        throw new HttpRefusal(413, `expected at most ${MAX_JSON_BYTES} bytes`);
      },
    }),
  );

  const identityOf = (context: Context) => parse(sha256Schema, context.req.param('identity'));
  const attemptOf = (context: Context) => parse(attempt, context.req.param('attempt'));
  const blobOf = (context: Context) => parse(sha256Schema, context.req.param('sha256'));
  const runOf = (context: Context) => runs.find(identityOf(context));

  app.get('/', (context) => context.body(null, 204));
  app.post('/runs/:identity/attempts', async (context) => {
    const beginning = parse(beginningSchema, await readJson(context));
    return answer(context, await runOf(context).begin(beginning));
  });
  app.post('/runs/:identity/attempts/:attempt/reports', async (context) => {
    const report = parse(reportSchema, await readJson(context));
    const run = runOf(context);
    const reported = run.report(attemptOf(context), report);
    await run.keep(attemptOf(context), report.files);
    return answer(context, reported);
  });
  app.post('/runs/:identity/attempts/:attempt/ending', async (context) => {
    const ending = parse(endingSchema, await readJson(context));
    await runs.end(identityOf(context), attemptOf(context), ending);
    return answer(context, {});
  });
  app.patch('/runs/:identity/attempts/:attempt/blobs/:sha256', async (context) => {
    const piece = {
      offset: parse(byteCount, context.req.header(OFFSET_HEADER)),
      bytes: parse(byteCount, context.req.header(LENGTH_HEADER)),
    };
    const body = (context.req.raw.body ?? []) as AsyncIterable<Uint8Array>;
    const offset = await runOf(context).receive(attemptOf(context), blobOf(context), piece, body);
    return context.body(null, 204, { [OFFSET_HEADER]: String(offset) });
  });
  app.get('/runs/:identity/attempts/:attempt/blobs/:sha256', (context) => {
    const run = runOf(context);
    // Hono asks GET's handler for HEAD.
    if (context.req.method === 'HEAD') {
      const offset = run.offsetOf(attemptOf(context), blobOf(context));
      return context.body(null, 204, { [OFFSET_HEADER]: String(offset) });
    }
    return sendFile(context, run.offered(attemptOf(context), blobOf(context)));
  });
  app.notFound(() => {
    throw new HttpRefusal(404, 'expected an address of a head, found another one');
  });
  app.onError((error, context) => {
    const { status, message } = asRefusal(error);
    return context.json({ error: message }, status);
  });
  return app;
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues as [z.core.$ZodIssue];
  throw new HttpRefusal(400, [...path.map(String), message].join(': '));
}

async function readJson(context: Context): Promise<unknown> {
  try {
    return JSON.parse(await context.req.text());
  } catch (error) {
    if (error instanceof HttpRefusal) throw error;
    throw new HttpRefusal(400, 'expected JSON');
  }
}

function answer(context: Context, value: object): Response {
  return context.body(formatPortable(value), 200, { 'content-type': 'application/json' });
}

const RANGE = /^bytes=(\d{1,15})-$/;

/** From the byte on that is asked for. */
function sendFile(context: Context, { sizeBytes, readFrom }: OfferedFile): Response {
  const range = context.req.header('range');
  const start = range === undefined ? 0 : Number(RANGE.exec(range)?.[1] ?? Number.NaN);
  if (!(start < sizeBytes || (start === 0 && sizeBytes === 0))) {
    throw new HttpRefusal(416, `expected a range 'bytes=N-' within ${sizeBytes} bytes`);
  }
  const headers = {
    'content-type': 'application/octet-stream',
    'content-length': String(sizeBytes - start),
    ...(range !== undefined && { 'content-range': `bytes ${start}-${sizeBytes - 1}/${sizeBytes}` }),
  };
  const body = Readable.toWeb(Readable.from(readFrom(start))) as ReadableStream;
  return context.body(body, range === undefined ? 200 : 206, headers);
}

/** What a worker is told of an error. A full disk is for the head's user to mend; the worker tries again. */
function asRefusal(error: Error): HttpRefusal {
  if (error instanceof HttpRefusal) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return new HttpRefusal(507, 'the disk of the head is full');
  return new HttpRefusal(500, error.message);
}
