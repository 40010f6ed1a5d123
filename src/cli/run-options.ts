import { UserError, unknownName } from '../core/errors.js';
import { NUMERICS_CHOICES, type NumericsChoice } from '../experiment/run-records.js';
import { MAX_THREADS } from '../parallel/pool.js';
import { parseCount, RepeatableOption } from './command-line.js';

/** Where experiments are recorded if the user does not say: in the current folder. */
export const DEFAULT_DATABASE = 'data/experiments.db';

/** Reads `--db`. */
export function parseDatabase(text: string): string {
  if (text === '') throw new UserError('--db: expected a file, found nothing.');
  return text;
}

/** Reads `--workers`. */
export function parseWorkers(text: string): number {
  return parseCount('--workers', text, MAX_THREADS);
}

/** Reads `--numerics`. */
export function parseNumerics(text: string): NumericsChoice {
  const choice = NUMERICS_CHOICES.find((candidate) => candidate === text);
  if (choice === undefined) throw unknownName('--numerics', 'choice', text, NUMERICS_CHOICES);
  return choice;
}

/** How a command that reads a saved network takes one that has been changed. */
export const IGNORE_HASH_OPTION = [
  '--ignore-hash',
  'takes a saved network whose bytes have changed since it was written, with a warning',
] as const;

/** How a command that reads a network takes modules of the user's own. */
export const PLUGIN_OPTION = new RepeatableOption(
  '--plugin <file>',
  "a module with kinds of layer or optimizer of the user's own",
  (file: string, earlier: readonly string[] = []): readonly string[] => [...earlier, file],
);
