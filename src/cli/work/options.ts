import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../core/errors.js';
import { MAX_THREADS } from '../../parallel/pool.js';
import { parseQueueUrl } from '../../queue/redis.js';
import { createCommand, parseCommand, parseCount } from '../command-line.js';
import { parseWorkers } from '../run-options.js';
import type { Streams } from '../streams.js';

/** What `work` was asked to do. */
export interface WorkCommand {
  /** Of Redis. */
  readonly queue: string;
  readonly parallel?: number;
  readonly workers?: number;
  /** For states of runs, while they last. */
  readonly folder: string;
  readonly idleExitSeconds?: number;
}

const MAX_IDLE_SECONDS = 7 * 24 * 3600;

/**
 * Reads the arguments of `work`.
 *
 * @returns null if there was only help to show
 * @throws UserError for wrong usage
 */
export async function parseWorkArguments(
  args: readonly string[],
  streams: Streams,
): Promise<WorkCommand | null> {
  let parsed: WorkCommand | null = null;
  const command = createCommand('work', streams)
    .description(
      'Trains points that sweeps with --queue have put into a queue, until Ctrl-C, which gives back what it is at.',
    )
    .option('--queue <url>', 'the Redis that the sweeps were given', parseQueueUrl)
    .option('--parallel <n>', 'points side by side (default: fills the machine)', (text) =>
      parseCount('--parallel', text, MAX_THREADS),
    )
    .option('--workers <n>', 'threads of one run (default: what --parallel leaves)', parseWorkers)
    .option('--folder <path>', 'for checkpoints, while their runs last (default: in the temporary folder)')
    .option(
      '--idle-exit <seconds>',
      'end after so long without a point; 1 is the exit code if some could not be trained here',
      (text) => parseCount('--idle-exit', text, MAX_IDLE_SECONDS),
    )
    .action((flags: Omit<Partial<WorkCommand>, 'idleExitSeconds'> & { idleExit?: number }) => {
      const { queue, folder, idleExit, ...threads } = flags;
      if (queue === undefined) {
        throw new UserError(
          'work: expected --queue redis://HOST:PORT, found none. Give the one that the sweep was given.',
        );
      }
      if (folder === '') throw new UserError('--folder: expected a path, found nothing.');
      parsed = {
        ...threads,
        queue,
        // Of this user alone: others could not write to it.
        folder: folder ?? join(tmpdir(), `convoy-work-${userInfo().uid}`),
        ...(idleExit === undefined ? {} : { idleExitSeconds: idleExit }),
      };
    });
  await parseCommand(command, args);
  return parsed;
}
