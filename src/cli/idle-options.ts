import type { Command } from 'commander';
import { UserError } from '../core/errors.js';

/**
 * Refuses options that what else was asked for leaves without a use.
 *
 * @param options as they are written: `--top`
 * @param why what was expected, what was found
 * @throws UserError for the first of them that was given
 */
export function refuseIdleOptions(command: Command, options: readonly string[], why: string): void {
  const idle = command.options.find(
    (option) =>
      options.includes(option.long!) && command.getOptionValueSource(option.attributeName()) === 'cli',
  );
  if (idle) throw new UserError(`${idle.long}: ${why} Leave it out.`);
}
