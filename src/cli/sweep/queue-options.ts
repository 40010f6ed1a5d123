import type { Command } from 'commander';
import { UserError } from '../../core/errors.js';
import type { ListenPlace } from '../../core/listen.js';
import type { HeadPlace } from '../../queue/head-server.js';
import { DEFAULT_SILENCE_MS } from '../../queue/queue-executor.js';
import { parseQueueUrl } from '../../queue/redis.js';
import { refuseIdleOptions } from '../idle-options.js';
import { LOOPBACK, parseListen } from '../listen-option.js';

const MS_PER_SECOND = 1_000;
/** Two reports of a worker, and some time on their way. */
const LEAST_SILENCE_S = 5;
const MOST_SILENCE_S = 3_600;

/** A queue that workers take a sweep's points from. */
export interface QueueChoice {
  /** Of Redis. */
  readonly url: string;
  readonly place: HeadPlace;
  /** After which a worker is held to be dead. */
  readonly silenceMs?: number;
}

export interface QueueFlags {
  readonly queue?: string;
  readonly listen?: ListenPlace;
  readonly headUrl?: string;
  /** In seconds. */
  readonly silence?: number;
}

/** Lets a command have its points trained by others. */
export function addQueueOptions(command: Command): Command {
  return command
    .option(
      '--queue <url>',
      'have points trained by workers (see work --help) that take them from Redis: redis://HOST, rediss://:PASSWORD@HOST',
      parseQueueUrl,
    )
    .option(
      '--listen <host:port>',
      `with --queue: where workers find this process (default: ${LOOPBACK} with a free port, for workers on this machine)`,
      parseListen,
    )
    .option(
      '--head-url <url>',
      'with --queue: the address that workers are told, where that is another one',
      parseUrl,
    )
    .option(
      '--silence <seconds>',
      `with --queue: how long a worker may not be heard of until its point goes to another one (default: ${DEFAULT_SILENCE_MS / MS_PER_SECOND})`,
      parseSilence,
    );
}

/** @throws UserError if an option would be of no use */
export function readQueueFlags(
  command: Command,
  { queue, listen, headUrl, silence }: QueueFlags,
): QueueChoice | null {
  if (queue === undefined) {
    refuseIdleOptions(
      command,
      ['--listen', '--head-url', '--silence'],
      'expected it with --queue, found none.',
    );
    return null;
  }
  const why = 'expected it where points are trained (work), found it beside --queue.';
  refuseIdleOptions(command, ['--workers', '--profile'], why);
  const { host, port } = listen ?? { host: LOOPBACK, port: 0 };
  if (headUrl === undefined && ['0.0.0.0', '::'].includes(host)) {
    throw new UserError(
      `--listen ${host}: expected --head-url beside it, as that is an address of every machine, found none. Give http://HOST:PORT as workers reach it.`,
    );
  }
  return {
    url: queue,
    place: { host, port, url: headUrl ?? null },
    ...(silence === undefined ? {} : { silenceMs: silence * MS_PER_SECOND }),
  };
}

function parseSilence(text: string): number {
  const seconds = Number(text);
  if (/^\d+$/.test(text) && seconds >= LEAST_SILENCE_S && seconds <= MOST_SILENCE_S) return seconds;
  throw new UserError(
    `--silence: expected whole seconds from ${LEAST_SILENCE_S} to ${MOST_SILENCE_S}, found '${text}'.`,
  );
}

function parseUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new UserError(`--head-url: expected http://HOST:PORT, or https:// behind a proxy, found '${text}'.`);
}
