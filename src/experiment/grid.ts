import { z } from 'zod';
import { UserError } from '../core/errors.js';
import { parseWith } from '../core/parse.js';
import { checkPlainData } from '../core/plain-data.js';
import { NO_PLUGINS, type Plugins } from '../plugins/plugins.js';
import { makeResolver, type ResolvedRunSpec } from '../run/spec.js';
import { applyOverride, type Override } from './overrides.js';
import { checkTakesOption, type Fields, isInside, parsePath, setField } from './spec-path.js';

/** More than any machine trains; keeps a slip of the pen from filling the memory. */
export const MAX_POINTS = 100_000;

/**
 * A sweep as it is written: every combination of `grid` over each of `points`, merged over `base`. A key may lead inside other fields, as in
 * `--set`.
 */
export interface Grid {
  readonly name: string;
  /** The file that it has its name from, if it has none of its own. */
  readonly source?: string;
  /** One line that says what the sweep asks. */
  readonly title?: string | undefined;
  readonly base: Fields;
  /** Values to combine; the last key varies fastest. */
  readonly grid: Readonly<Record<string, readonly unknown[]>>;
  readonly points: readonly Fields[];
  /** Whether points that the sweep had before stay its points. */
  readonly grows?: boolean;
}

/** One point of a grid. */
export interface GridPoint {
  readonly spec: ResolvedRunSpec;
  /** Where it is written, for messages: `grid.json: points[2], grid.seed[0]`. */
  readonly where: string;
}

const fieldsSchema = z.record(z.string(), z.unknown());

const gridSchema = z.strictObject({
  name: z.string().min(1).optional(),
  title: z.string().optional(),
  base: fieldsSchema.default({}),
  grid: z.record(z.string(), z.array(z.unknown()).min(1)).default({}),
  points: z.array(fieldsSchema).min(1).default([{}]),
});

/**
 * Checks a grid as JSON gives it.
 *
 * @param where names it in messages, for instance a file
 * @param defaultName the sweep's name if the grid has none
 * @throws UserError for an unknown or mistyped field, with its place
 */
export function parseGrid(value: unknown, where: string, defaultName: string): Grid {
  checkPlainData(value, where);
  const { name = defaultName, ...grid } = parseWith(gridSchema, value, where);
  checkGridKeys(grid, where);
  return { name, ...grid };
}

/**
 * Checks that each key of a grid is a field's, and that none takes another's place.
 *
 * @throws UserError for the first that is not, or does
 */
export function checkGridKeys({ base, grid, points }: Omit<Grid, 'name'>, where: string): void {
  const keys = Object.keys(grid);
  checkFields(Object.keys(base), `${where}: base`);
  checkFields(keys, `${where}: grid`);
  points.forEach((point, i) => {
    checkFields([...Object.keys(point), ...keys], `${where}: points[${i}]`);
  });
}

/**
 * All points of a grid in order, each checked and with its defaults filled in. `overrides` go over every point, so
 * points that differed only there become equal.
 *
 * @param plugins that the points may need
 * @throws UserError for the first point that is not a valid spec
 */
export function expandGrid(
  grid: Grid,
  where: string,
  overrides: readonly Override[] = [],
  plugins = NO_PLUGINS,
): GridPoint[] {
  return [...walkGrid(grid, where, overrides, plugins)];
}

/** The same one after another, for who need not have all of them at once. */
export function* walkGrid(
  { base, grid, points }: Grid,
  where: string,
  overrides: readonly Override[],
  plugins: Plugins,
): Generator<GridPoint> {
  const choices = Object.entries(grid).map(
    ([key, values]): Choice => ({ key, path: parsePath(key, where), values }),
  );
  const combinations = choices.reduce((product, { values }) => product * values.length, 1);
  const count = combinations * points.length;
  if (count > MAX_POINTS) {
    throw new UserError(`${where}: expected at most ${MAX_POINTS} points, found ${count}. Split the grid.`);
  }
  const hasPoints = points.length > 1 || Object.keys(points[0] ?? {}).length > 0;
  const resolve = makeResolver(plugins);
  for (const [i, point] of points.entries()) {
    let fields: Fields | null = null;
    for (let n = 0; n < combinations; n++) {
      const chosen = chooseValues(choices, n);
      const place = [
        ...(hasPoints ? [`points[${i}]`] : []),
        ...chosen.map(({ key, index }) => `grid.${key}[${index}]`),
        ...overrides.map((override) => override.text),
      ];
      const pointWhere = `${where}: ${place.length > 0 ? place.join(', ') : 'base'}`;
      fields ??= mergeParts([base, point], pointWhere);
      const spec = overrides.reduce<Fields>(applyOverride, merge(fields, chosen, pointWhere));
      yield { spec: resolve(spec, pointWhere), where: pointWhere };
    }
  }
}

/**
 * One point that is no grid's: fields over those of the parts before them, and overrides over all of them.
 *
 * @throws UserError if it is not a valid spec
 */
export function resolvePoint(
  parts: readonly Fields[],
  where: string,
  overrides: readonly Override[],
  plugins: Plugins,
): GridPoint {
  const fields = overrides.reduce<Fields>(applyOverride, mergeParts(parts, where));
  return { spec: makeResolver(plugins)(fields, where), where };
}

function mergeParts(parts: readonly Fields[], where: string): Fields {
  return parts.reduce<Fields>((merged, part) => merge(merged, readParts(part, where), where), {});
}

/** A field that is combined with others. */
interface Choice {
  readonly key: string;
  readonly path: readonly string[];
  readonly values: readonly unknown[];
}

/** A field and its value. */
interface Part {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** One value for each choice: the `n`-th combination of all, from 0, the last key fastest. */
function chooseValues(choices: readonly Choice[], n: number): (Part & { key: string; index: number })[] {
  let rest = n;
  const chosen = choices.toReversed().map(({ key, path, values }) => {
    const index = rest % values.length;
    rest = (rest - index) / values.length;
    return { key, path, index, value: values[index] };
  });
  return chosen.reverse();
}

function readParts(fields: Fields, where: string): Part[] {
  return Object.entries(fields).map(([key, value]) => ({ path: parsePath(key, where), value }));
}

function merge(fields: Fields, parts: readonly Part[], where: string): Fields {
  return parts.reduce<Fields>((merged, { path, value }) => {
    checkTakesOption(fields, path, where);
    return setField(merged, path, value, where);
  }, fields);
}

/**
 * Checks that keys lead into a spec, and that nothing which one of them sets is lost to a later one.
 *
 * @throws UserError for the first that does not, or is
 */
export function checkFields(keys: readonly string[], where: string): void {
  const paths = keys.map((key) => parsePath(key, where));
  paths.forEach((path, i) => {
    const lost = paths.slice(0, i).findIndex((earlier) => isInside(earlier, path));
    if (lost < 0) return;
    throw new UserError(
      `${where}: expected each field once, found '${keys[lost]}' and '${keys[i]}', which takes its place. Leave one out.`,
    );
  });
}
