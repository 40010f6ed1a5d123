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

/** Options that go together. */
const WITH_LIST: ReadonlySet<string> = new Set(['--list', '--json']);

/**
 * Refuses whatever stands beside `--list` but `--json`.
 *
 * @param what the command's argument, if it was given
 * @param subject in messages: what the argument may be
 * @throws UserError for the first thing that would be dropped
 */
export function refuseBesideList(command: Command, what: string | undefined, subject: string): void {
  if (what !== undefined) {
    throw new UserError(
      `${command.name()}: expected ${subject} or --list, found both (${what}). Leave one out.`,
    );
  }
  const others = command.options.map((option) => option.long!).filter((option) => !WITH_LIST.has(option));
  refuseIdleOptions(command, others, `expected it with ${subject}, found --list.`);
}
