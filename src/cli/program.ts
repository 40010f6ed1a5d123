import { UserError, unknownName } from '../core/errors.js';
import { explainLoadError } from '../core/load-error.js';
import { readManifest } from '../core/manifest.js';
import { countRanks } from '../parallel/mpi.js';
import { COMMANDS } from './commands.js';
import { EXIT_CODES, type Main } from './exit.js';
import type { Streams } from './streams.js';

/**
 * `convoy <command> ...`: starts one of the commands.
 *
 * @returns the command's exit code
 * @throws UserError for an unknown command, or none
 */
export async function main([name, ...args]: readonly string[], streams: Streams): Promise<number> {
  if (name === '--version' || name === '-V') {
    streams.out.write(`${readManifest().version}\n`);
    return EXIT_CODES.done;
  }
  if (name === undefined) {
    const names = Object.keys(COMMANDS).join(', ');
    throw new UserError(`convoy: expected a command, found nothing. Commands: ${names}. See --help.`);
  }
  if (!['help', '--help', '-h'].includes(name)) return start(name, args, streams);
  if (args[0] !== undefined) return start(args[0], ['--help'], streams);
  streams.out.write(formatHelp());
  return EXIT_CODES.done;
}

async function start(name: string, args: readonly string[], streams: Streams): Promise<number> {
  if (!Object.hasOwn(COMMANDS, name)) throw unknownName('convoy', 'command', name, Object.keys(COMMANDS));
  if (countRanks() > 1 && !COMMANDS[name]!.runsOnRanks) throw refuseRanks(name);
  const { main } = await loadCommand(name);
  return main(args, streams);
}

function refuseRanks(name: string): UserError {
  return new UserError(
    `mpirun: expected the command train, of which it has several machines do one run, found ${name}, which each process would do by itself. ` +
      'Start it without mpirun; docs/machines.md tells how several machines do many runs.',
  );
}

async function loadCommand(name: string): Promise<{ readonly main: Main }> {
  try {
    return await COMMANDS[name]!.load();
  } catch (error) {
    throw explainLoadError(error);
  }
}

function formatHelp(): string {
  const names = Object.keys(COMMANDS);
  const width = Math.max(...names.map(({ length }) => length));
  const lines = names.map((name) => `  ${name.padEnd(width)}  ${COMMANDS[name]!.summary}\n`);
  return `Usage: convoy <command> ...\n\nCommands:\n${lines.join('')}\nconvoy <command> --help tells its options; convoy --version the version.\n`;
}
