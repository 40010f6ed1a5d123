import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { UserError } from '../src/core/errors.js';
import { answerQuery } from '../src/dashboard/sql/answer-query.js';
import { MAX_QUERY_BYTES, type QueryOrder, type QueryReply } from '../src/dashboard/sql/query-process.js';
import { openDatabaseReadOnly } from '../src/experiment/database.js';
import { withDatabaseErrors } from '../src/experiment/database-errors.js';

// A process that answers one question in SQL: the far side of runQueryProcess. While SQLite works nothing else of this thread does, so that others watch
// over it. They begin first, and without this process's preloads.
const asked = once(process, 'message') as Promise<[QueryOrder]>;
new Worker(new URL('./orphan-watch.js', import.meta.url), {
  workerData: process.ppid,
  env: {},
  execArgv: [],
});
const memoryWatch = new Worker(new URL('./memory-watch.js', import.meta.url), {
  workerData: MAX_QUERY_BYTES,
  env: {},
  execArgv: [],
});
await once(memoryWatch, 'message');
const [order] = await asked;
process.send!(answer(order), () => process.exit(0));

function answer({ file, ...request }: QueryOrder): QueryReply {
  try {
    const db = openDatabaseReadOnly(file);
    return { kind: 'answered', answer: withDatabaseErrors(file, () => answerQuery(db, request)) };
  } catch (error) {
    // SQLite's own and JavaScript's, such as of a parameter without a value or a text that is too long, say as much.
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'refused', message: error instanceof UserError ? message : `sql: ${message}.` };
  }
}
