import { UserError } from '../../core/errors.js';
import { type DashboardOptions, DashboardServer } from '../../dashboard/server.js';
import { formatNumberOf } from '../../report/findings/words.js';
import { EXIT_CODES } from '../exit.js';
import { findInterruptionCode, withInterruption } from '../interruption.js';
import { LOOPBACK } from '../listen-option.js';
import type { Streams } from '../streams.js';
import { collectWhile } from './collect-while.js';
import { type DashboardCommand, parseDashboardArguments, USUAL_PORT } from './options.js';

/**
 * `dashboard`: serves the live page until it is interrupted, which is how it is meant to end.
 *
 * @returns the exit code
 * @throws UserError for wrong usage, or if it cannot listen where it is to
 */
export async function main(args: readonly string[], streams: Streams): Promise<number> {
  const command = await parseDashboardArguments(args, streams);
  if (command === null) return EXIT_CODES.done;
  return withInterruption(
    async (signal) => {
      const server = await start(command);
      streams.out.write(`${server.url}\n`);
      streams.err.write(
        `Shows ${command.files.join(', ')} at this address, which is a key to it; Ctrl-C ends it.\n`,
      );
      let lost = 0;
      try {
        await collectWhile(command.files, signal, (line) => streams.err.write(`${line}\n`));
      } finally {
        lost = await server.close();
      }
      if (lost > 0) {
        streams.err.write(
          `${formatNumberOf(lost, 'queued run')} not begun: what the page queues lives as long as this command.\n`,
        );
      }
      const code = findInterruptionCode(signal);
      if (lost > 0) return code ?? EXIT_CODES.failed;
      return code === null || code === EXIT_CODES.interrupted ? EXIT_CODES.done : code;
    },
    { first: () => {}, last: () => {} },
  );
}

async function start({ place, ...options }: DashboardCommand): Promise<DashboardServer> {
  if (place !== null) return DashboardServer.start({ ...options, place });
  const usual: DashboardOptions = { ...options, place: { host: LOOPBACK, port: USUAL_PORT } };
  try {
    return await DashboardServer.start(usual);
  } catch (error) {
    if (!isTaken(error)) throw error;
    return DashboardServer.start({ ...options, place: { host: LOOPBACK, port: 0 } });
  }
}

function isTaken(error: unknown): boolean {
  return (
    error instanceof UserError && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'EADDRINUSE'
  );
}
