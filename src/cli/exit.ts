import { TextError, UserError } from '../core/errors.js';
import { explainFileError } from '../core/file-errors.js';
import { heedsHangup } from './hangup.js';
import { outliveTerminal } from './lost-terminal.js';
import { type Streams, useProcessStreams } from './streams.js';

/** What a command tells the shell. After a signal it is 128 and the signal's number, as the shell's own would be. */
export const EXIT_CODES = {
  done: 0,
  failed: 1,
  usage: 2,
  /** Not all is recorded, since another process is at it and its end was not to be waited for. */
  held: 3,
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;

/** A command: takes the arguments after its name, gives an exit code. */
export type Main = (args: readonly string[], streams: Streams) => Promise<number>;

/**
 * Runs a command as this process's only job: the one place where errors become exit codes. A user's mistake prints one line; any other error
 * is a bug of ours and prints its stack trace.
 */
export async function runMain(main: Main): Promise<void> {
  outliveTerminal();
  const streams = useProcessStreams();
  process.exitCode = await runToEnd(main, streams);
  await streams.out.flush();
  const { failure } = streams.out;
  // A reader that has gone has what it wants (`| head`).
  if (failure === null || failure.code === 'EPIPE') return;
  streams.err.write(
    `standard output: could not be written: ${explainFileError(failure)}. What is recorded or saved is not touched by that.\n`,
  );
  process.exitCode ||= EXIT_CODES.failed;
}

async function runToEnd(main: Main, streams: Streams): Promise<number> {
  try {
    // The default would end the process.
    if (!heedsHangup()) process.on('SIGHUP', () => {});
    return await main(process.argv.slice(2), streams);
  } catch (error) {
    return reportError(error, (text) => streams.err.write(text));
  }
}

/** Prints an error and gives its exit code. */
export function reportError(error: unknown, print: (text: string) => void): number {
  if (error instanceof UserError) {
    // One line, unless the others show where in a text the mistake is.
    const message = error instanceof TextError ? error.message : error.message.replace(/\s*\n\s*/g, ' ');
    print(`${message}\n`);
    return EXIT_CODES.usage;
  }
  print(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return EXIT_CODES.failed;
}
