import { UserError } from '../../core/errors.js';
import type { DashboardOptions } from '../../dashboard/server.js';
import { createCommand, parseCommand, RepeatableOption } from '../command-line.js';
import { LOOPBACK, parseListen } from '../listen-option.js';
import { DEFAULT_DATABASE } from '../run-options.js';
import type { Streams } from '../streams.js';

/** The port on loopback, as long as no other program has it. */
export const USUAL_PORT = 7007;

/** What `dashboard` was asked to do. */
export interface DashboardCommand extends Omit<DashboardOptions, 'place'> {
  /** Null for the usual port on loopback, or a free one if that is taken. */
  readonly place: DashboardOptions['place'] | null;
}

interface Flags {
  readonly db?: readonly string[];
  readonly listen?: DashboardOptions['place'];
  readonly allowHost?: readonly string[];
}

/**
 * Reads the arguments of `dashboard`.
 *
 * @returns null if there was only help to show
 * @throws UserError for wrong usage
 */
export async function parseDashboardArguments(
  args: readonly string[],
  streams: Streams,
): Promise<DashboardCommand | null> {
  let parsed: DashboardCommand | null = null;
  const command = createCommand('dashboard', streams)
    .description(
      'Shows recorded runs in the browser, those that are trained now as they go on, until Ctrl-C.',
    )
    .addOption(
      new RepeatableOption<readonly string[]>(
        '--db <file>',
        `a database to show (default: ${DEFAULT_DATABASE})`,
        (text, earlier = []) => [...earlier, parseFile(text)],
      ),
    )
    .option(
      '--listen <host:port>',
      `where browsers find the page (default: ${LOOPBACK}:${USUAL_PORT}, for this machine alone)`,
      parseListen,
    )
    .addOption(
      new RepeatableOption<readonly string[]>(
        '--allow-host <name:port>',
        'what the page may be called besides, by a proxy or through a tunnel',
        (text, earlier = []) => [...earlier, parseHost(text)],
      ),
    )
    .action(({ db = [DEFAULT_DATABASE], listen, allowHost = [] }: Flags) => {
      const twice = db.find((file, i) => db.indexOf(file) !== i);
      if (twice !== undefined)
        throw new UserError(`--db: expected each database once, found ${twice} twice. Leave one out.`);
      parsed = { files: db, place: listen ?? null, otherHosts: allowHost };
    });
  await parseCommand(command, args);
  return parsed;
}

function parseFile(text: string): string {
  if (text !== '') return text;
  throw new UserError('--db: expected a file, found nothing.');
}

function parseHost(text: string): string {
  if (/^(?:\[[0-9a-f:.]+\]|[^:[\]/\s]+):\d{1,5}$/i.test(text)) return text;
  throw new UserError(
    `--allow-host: expected NAME:PORT as it stands in the browser's address, found '${text}'.`,
  );
}
