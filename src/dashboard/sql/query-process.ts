import { type ChildProcess, fork } from 'node:child_process';
import { UserError } from '../../core/errors.js';
import { inheritFlags } from '../../core/node-flags.js';
import { findModule } from '../../parallel/threads.js';
import type { SqlAnswer, SqlRequest } from '../answers/sql.js';

/** How long an answer may take. */
export const QUERY_LIMIT_MS = 10_000;
/** How much memory, in all; the process ends itself beyond. */
export const MAX_QUERY_BYTES = 512 * 2 ** 20;
/** Of that, what JavaScript may have: rows on their way. */
const MAX_HEAP_MB = 256;

/** What the process is asked. */
export interface QueryOrder extends SqlRequest {
  readonly file: string;
}

/** What it says. */
export type QueryReply =
  | { readonly kind: 'answered'; readonly answer: SqlAnswer | string }
  | { readonly kind: 'refused'; readonly message: string };

/**
 * Answers a question in SQL in a process of its own, since nothing else ends a statement of SQLite's that runs for ever: after the time limit, when
 * it has too much memory, or when nobody waits for it any more, it is gone.
 *
 * @param signal from whoever asks
 * @throws UserError for SQL that is wrong, not allowed, or takes too much
 */
export async function runQueryProcess(
  order: QueryOrder,
  { signal, limitMs = QUERY_LIMIT_MS }: { readonly signal: AbortSignal; readonly limitMs?: number },
): Promise<SqlAnswer | string> {
  signal.throwIfAborted();
  const child = fork(findModule('workers', 'query'), {
    execArgv: [...inheritFlags(process.execArgv), `--max-old-space-size=${MAX_HEAP_MB}`],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
  });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill('SIGKILL');
  }, limitMs);
  const abort = () => child.kill('SIGKILL');
  signal.addEventListener('abort', abort);
  try {
    child.send(order, () => {});
    const reply = await awaitReply(child);
    signal.throwIfAborted();
    if (reply.kind === 'answered') return reply.answer;
    throw new UserError('message' in reply ? reply.message : explainEnd(reply, isLate, limitMs));
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    child.kill('SIGKILL');
  }
}

/** A process that has ended and said nothing. */
interface SilentEnd {
  readonly kind: 'ended';
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

function awaitReply(child: ChildProcess): Promise<QueryReply | SilentEnd> {
  return new Promise((resolve) => {
    child.once('message', (reply: QueryReply) => resolve(reply));
    child.once('exit', (code, signal) => resolve({ kind: 'ended', code, signal }));
    child.once('error', ({ message }) => resolve({ kind: 'refused', message: `sql: ${message}.` }));
  });
}

function explainEnd({ code, signal }: SilentEnd, isLate: boolean, limitMs: number): string {
  if (isLate)
    return `sql: expected an answer within ${limitMs / 1000} s, found none. Ask for less, or use the command runs query.`;
  // The memory watch kills it; JavaScript at the end of its heap aborts.
  if (signal === 'SIGKILL' || signal === 'SIGABRT')
    return `sql: expected an answer within ${MAX_QUERY_BYTES / 2 ** 20} MB of memory, found that it takes more. Ask for less, or use the command runs query.`;
  return `sql: expected an answer, found that its process ended with ${signal ?? `exit code ${code}`}. Ask again, or use the command runs query.`;
}
