import { UserError } from '../core/errors.js';
import { checkGridKeys, type Grid, MAX_POINTS } from './grid.js';
import { addOverride, type Override, parseValue } from './overrides.js';
import { parsePath } from './spec-path.js';

/** Values of one field that a sweep combines with those of others, as the command line gives them: `seed=0..4`. */
export interface Choice {
  readonly key: string;
  readonly path: readonly string[];
  readonly values: readonly unknown[];
  /** For messages: `--grid seed=0..4`. */
  readonly text: string;
}

const RANGE = /^(-?\d{1,15})\.\.(-?\d{1,15})$/;

/**
 * Reads `key=value,value`. A value is written as in `--set`; commas inside brackets and quotes part nothing, and `0..4` stands for the whole
 * numbers from 0 to 4.
 *
 * @throws UserError if there is no such field, no value, or a value that nobody can mean
 */
export function parseChoice(text: string): Choice {
  const split = text.indexOf('=');
  if (split < 1) {
    throw new UserError(
      `--grid: expected key=values, found '${text}'. For instance: --grid width=0.1,0.2 seed=0..4, behind what is to be swept.`,
    );
  }
  const key = text.slice(0, split);
  const where = `--grid ${key}`;
  const path = parsePath(key, '--grid');
  if (path[0] === 'plugins') {
    throw new UserError(`${where}: expected another field: this one is filled in. Give --plugin a file.`);
  }
  const values = splitValues(text.slice(split + 1)).flatMap((value) => readValues(value, where));
  return { key, path, values, text: `--grid ${text}` };
}

function readValues(text: string, where: string): unknown[] {
  if (text === '') {
    throw new UserError(`${where}: expected values parted by commas, found an empty one. Leave it out.`);
  }
  const [, first, last] = RANGE.exec(text) ?? [];
  if (first === undefined || last === undefined) return [parseValue(text, where)];
  const count = Number(last) - Number(first) + 1;
  if (count < 1 || count > MAX_POINTS) {
    throw new UserError(
      `${where}: expected a range that rises, of at most ${MAX_POINTS} numbers, found ${text}. Correct it.`,
    );
  }
  return Array.from({ length: count }, (_, i) => Number(first) + i);
}

/** Parts a text at the commas that stand in no brackets and no quotes. */
function splitValues(text: string): string[] {
  const parts: string[] = [''];
  let [depth, isQuoted] = [0, false];
  for (const [character] of text.matchAll(/\\.|./gsu)) {
    if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && /[([{]/.test(character)) depth++;
    else if (!isQuoted && /[)\]}]/.test(character)) depth--;
    if (character === ',' && depth <= 0 && !isQuoted) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim());
}

/**
 * Some choices and one more behind them.
 *
 * @throws UserError if there is one of the same field
 */
export function addChoice(choices: readonly Choice[], added: Choice): readonly Choice[] {
  const same = choices.find(({ key }) => key === added.key);
  if (same === undefined) return [...choices, added];
  throw new UserError(
    `${added.text}: expected each field once, found ${same.text} before it. Give all of its values together.`,
  );
}

/**
 * A grid with choices, each in the place of the grid's own values of the field.
 *
 * @param where names the grid in messages
 * @param overrides that go over every point
 * @throws UserError if nothing would be left of a choice, or of a point's field
 */
export function addChoices(
  grid: Grid,
  choices: readonly Choice[],
  where: string,
  overrides: readonly Override[],
): Grid {
  for (const { text, path, values } of choices) {
    for (const override of overrides) addOverride([{ text, path, value: values[0] }], override);
  }
  const chosen = Object.fromEntries(choices.map(({ key, values }) => [key, values]));
  const changed = { ...grid, grid: { ...grid.grid, ...chosen } };
  checkGridKeys(changed, where);
  return changed;
}
