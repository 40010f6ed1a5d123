import { Command, CommanderError, Option } from 'commander';
import { UserError, unknownName } from '../core/errors.js';
import { readManifest } from '../core/manifest.js';
import type { Streams } from './streams.js';

/** An option that may be given several times. */
export class RepeatableOption<T> extends Option {
  /** @param collect what the option comes to, from one more text and what it came to before it */
  constructor(flags: string, description: string, collect: (text: string, earlier?: T) => T) {
    super(flags, `${description} (repeatable)`);
    this.argParser(collect);
  }
}

/** A command that refuses a second value for an option, where commander would take the last one. */
class StrictCommand extends Command {
  override createCommand(name?: string): Command {
    return new StrictCommand(name);
  }

  override addOption(option: Option): this {
    const takesOne = (option.required || option.optional) && !(option instanceof RepeatableOption);
    // Told before commander takes the value.
    if (takesOne) this.on(`option:${option.name()}`, () => this.#checkFirst(option));
    return super.addOption(option);
  }

  #checkFirst(option: Option): void {
    if (this.getOptionValueSource(option.attributeName()) !== 'cli') return;
    throw new UserError(`${option.long}: expected it once, found it twice. Leave one out.`);
  }
}

/** A command whose mistakes are thrown and whose help goes to `streams.out`; nothing of it ends the process. */
export function createCommand(name: string, streams: Streams): Command {
  return new StrictCommand(name)
    .exitOverride()
    .version(readManifest().version, '--version', 'print the version')
    .showSuggestionAfterError(false)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: (text) => streams.out.write(text), writeErr: () => {} });
}

/**
 * Parses arguments and runs the command's action.
 *
 * @returns false if there was only help to show
 * @throws UserError for an unknown option or command (the nearest names are offered), a missing or an excess argument
 */
export async function parseCommand(command: Command, args: readonly string[]): Promise<boolean> {
  try {
    await command.parseAsync(args, { from: 'user' });
    return true;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return false;
    throw explainMistake(command, args, error);
  }
}

/**
 * Reads a whole number between 1 and `most`.
 *
 * @throws UserError that names the option
 */
export function parseCount(option: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= most) return value;
  throw new UserError(`${option}: expected a whole number from 1 to ${most}, found '${text}'.`);
}

function explainMistake(program: Command, args: readonly string[], error: CommanderError): UserError {
  const subcommands = program.commands.map((command) => command.name());
  const command = program.commands.find((candidate) => args.includes(candidate.name())) ?? program;
  const area = command === program ? program.name() : `${program.name()} ${command.name()}`;
  const name = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  if (error.code === 'commander.unknownOption')
    return unknownName(area, 'option', name, listOptions(program, command));
  if (error.code === 'commander.unknownCommand') return unknownName(area, 'command', name, subcommands);
  if (error.code === 'commander.help') {
    return new UserError(`${area}: expected a command, found nothing. Commands: ${subcommands.join(', ')}.`);
  }
  const message = error.message.replace(/^error: /, '').replace(/\.$/, '');
  return new UserError(`${area}: ${message}. See --help.`);
}

function listOptions(program: Command, command: Command): string[] {
  const options = [...new Set([...command.options, ...program.options])].map(
    (option) => option.long ?? option.flags,
  );
  return [...options, '--help'];
}
