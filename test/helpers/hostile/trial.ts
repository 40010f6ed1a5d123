import { readFileSync, writeFileSync } from 'node:fs';
import { TextError, UserError } from '../../../src/core/errors.js';

/** How a hostile input ended. */
export interface Trial {
  readonly parsed: boolean;
  /** One line, if it was refused. */
  readonly message: string | null;
  /** Of the processor or the wall's clock, whichever is less: other processes may be busy, and threads of one count together. */
  readonly ms: number;
  /** Of the process's memory, beyond what it had; null where the system does not tell. */
  readonly extraBytes: number | null;
}

const MAX_MS = 1000;
/** Of the wall's clock, on a machine that is busy with other things: what waits for nothing is told from what computes. */
const MAX_WAIT_MS = 20_000;
const MAX_EXTRA_BYTES = 64 * 2 ** 20;
/** A text's mistake is shown in two more lines. */
const MAX_LINES = { UserError: 1, TextError: 3 } as const;
/** A word with a code, such as `ENOENT: no such file`, is the system's, not the user's. */
const RAW_ERROR = /\bE[A-Z]{3,}: |\[object |undefined/;

/**
 * Tries an input: it must be parsed, or refused with a UserError in a line, within a second, and within its size and 64 MB of memory.
 *
 * @param parse the input; called once more where it took too long, for the machine may have been busy
 * @throws Error that says what is wrong
 */
export async function tryInput(parse: () => unknown, inputBytes: number): Promise<Trial> {
  const first = await measure(parse);
  const trial = first.ms <= MAX_MS ? first : await measure(parse);
  if (trial.ms > MAX_MS) throw new Error(`took ${trial.ms.toFixed(0)} ms: ${trial.message ?? 'parsed'}`);
  if (trial.extraBytes !== null && trial.extraBytes > MAX_EXTRA_BYTES + inputBytes) {
    throw new Error(`took ${(trial.extraBytes / 2 ** 20).toFixed(0)} MB for ${inputBytes} bytes`);
  }
  return trial;
}

async function measure(parse: () => unknown): Promise<Trial> {
  const before = resetPeak();
  const [start, startCpu] = [performance.now(), process.cpuUsage()];
  const message = await Promise.resolve()
    .then(parse)
    .then(() => null, checkError);
  const wallMs = performance.now() - start;
  if (wallMs > MAX_WAIT_MS) throw new Error(`waited for ${wallMs.toFixed(0)} ms`);
  const { user, system } = process.cpuUsage(startCpu);
  const ms = Math.min(wallMs, (user + system) / 1000);
  const extraBytes = before === null ? null : readMemory('VmHWM') - before;
  return { parsed: message === null, message, ms, extraBytes };
}

/** The message of an error that a user may see. */
function checkError(error: unknown): string {
  if (!(error instanceof UserError)) {
    throw new Error(`not a UserError: ${error instanceof Error ? error.stack : String(error)}`);
  }
  const { message } = error;
  const lines = message.split('\n').length;
  const most = error instanceof TextError ? MAX_LINES.TextError : MAX_LINES.UserError;
  if (lines > most) throw new Error(`${lines} lines: ${message}`);
  if (RAW_ERROR.test(message)) throw new Error(`raw words: ${message}`);
  return message;
}

/** Makes the process's greatest memory what it has now, and gives that; null where there is no such thing. */
function resetPeak(): number | null {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
    return readMemory('VmRSS');
  } catch {
    return null;
  }
}

function readMemory(field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync('/proc/self/status', 'latin1');
  return 1024 * Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)![1]);
}
