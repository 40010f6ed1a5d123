import type { Command } from 'commander';
import { UserError } from '../core/errors.js';
import { addOverride, type Override, parseOverride, parseValue } from '../experiment/overrides.js';
import { RepeatableOption } from './command-line.js';

/** What a command's options say of a spec's fields. */
export interface OverrideFlags {
  readonly set?: readonly Override[] | undefined;
  readonly epochs?: Override | undefined;
  readonly seed?: Override | undefined;
  readonly lr?: Override | undefined;
  readonly batchSize?: Override | undefined;
}

const MAX_EPOCHS = 100_000;

/**
 * Lets a command take `--set` and what is short for it.
 *
 * @param setting what `--set` is for, in its help
 */
export function addOverrideOptions(
  command: Command,
  setting = 'a field of the spec, such as seed=3 or learningRate.rate=0.01',
): Command {
  return command
    .addOption(new RepeatableOption('--set <key=value>', setting, collectOverrides))
    .option('--epochs <n>', 'short for --set epochs=n', parseEpochs)
    .option('--seed <n>', 'short for --set seed=n', parseShort('--seed', ['seed']))
    .option(
      '--lr <rate>',
      'short for --set learningRate.rate=rate',
      parseShort('--lr', ['learningRate', 'rate']),
    )
    .option('--batch-size <n>', 'short for --set batchSize=n', parseShort('--batch-size', ['batchSize']));
}

/**
 * All of them, `--set` first.
 *
 * @throws UserError if one would leave nothing of another
 */
export function listOverrides({ set = [], epochs, seed, lr, batchSize }: OverrideFlags): readonly Override[] {
  return [epochs, seed, lr, batchSize].reduce<readonly Override[]>(
    (overrides, added) => (added === undefined ? overrides : addOverride(overrides, added)),
    set,
  );
}

/** Reads one `--set` after others. */
function collectOverrides(text: string, earlier: readonly Override[] = []): readonly Override[] {
  return addOverride(earlier, parseOverride(text));
}

/** Reads `--epochs`, which need not be whole. */
function parseEpochs(text: string): Override {
  const value = parseValue(text, '--epochs');
  if (typeof value !== 'number' || value <= 0 || value > MAX_EPOCHS) {
    throw new UserError(`--epochs: expected a number above 0, ${MAX_EPOCHS} at most, found '${text}'.`);
  }
  return { text: `--epochs ${value}`, path: ['epochs'], value };
}

/** How an option of one number is read; what the number may be is left to the spec. */
function parseShort(option: string, path: readonly string[]): (text: string) => Override {
  return (text) => {
    const value = parseValue(text, option);
    if (typeof value === 'number') return { text: `${option} ${text}`, path, value };
    throw new UserError(`${option}: expected a number, found '${text}'.`);
  };
}
