import { TextError, UserError } from '../core/errors.js';

/** What a command tells the shell. */
export const EXIT_CODES = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** A command: takes the arguments after its name, gives an exit code. */
export type Main = (args: readonly string[]) => Promise<number>;

/**
 * Runs a command as this process's only job: the one place where errors become exit codes. A user's mistake prints one
 * line; any other error is a bug of ours and prints its stack trace.
 */
export async function runMain(main: Main): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreBrokenPipe);
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    process.exitCode = reportError(error, (text) => process.stderr.write(text));
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

/** The reader of our output has gone (`| head`). Its lines are lost; what a sweep records is not, so it goes on. */
function ignoreBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
