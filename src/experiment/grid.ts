import { z } from 'zod';
import { UserError } from '../core/errors.js';
import { parseWith } from '../core/parse.js';
import { checkPlainData } from '../core/plain-data.js';
import { NO_PLUGINS } from '../plugins/plugins.js';
import { type ResolvedRunSpec, resolveRunSpec } from '../run/spec.js';
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
  checkKeys(Object.keys(base), `${where}: base`);
  checkKeys(keys, `${where}: grid`);
  points.forEach((point, i) => {
    checkKeys([...Object.keys(point), ...keys], `${where}: points[${i}]`);
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
  const choices = Object.entries(grid.grid);
  const count = choices.reduce((product, [, values]) => product * values.length, grid.points.length);
  if (count > MAX_POINTS) {
    throw new UserError(`${where}: expected at most ${MAX_POINTS} points, found ${count}. Split the grid.`);
  }
  const hasPoints = grid.points.length > 1 || Object.keys(grid.points[0] ?? {}).length > 0;
  return grid.points.flatMap((point, i) =>
    listCombinations(choices).map((combination) => {
      const place = [
        ...(hasPoints ? [`points[${i}]`] : []),
        ...combination.places,
        ...overrides.map((override) => override.text),
      ];
      const pointWhere = `${where}: ${place.length > 0 ? place.join(', ') : 'base'}`;
      const fields = [grid.base, point, combination.fields].reduce<Fields>(
        (merged, part) => merge(merged, part, pointWhere),
        {},
      );
      const spec = overrides.reduce<Fields>(applyOverride, fields);
      return { spec: resolveRunSpec(spec, pointWhere, plugins), where: pointWhere };
    }),
  );
}

/** Every choice of one value for each key, the last key fastest, and where the values are written. */
function listCombinations(choices: readonly (readonly [key: string, values: readonly unknown[]])[]) {
  let combinations: { fields: Fields; places: readonly string[] }[] = [{ fields: {}, places: [] }];
  for (const [key, values] of choices) {
    combinations = combinations.flatMap(({ fields, places }) =>
      values.map((value, i) => ({
        fields: { ...fields, [key]: value },
        places: [...places, `grid.${key}[${i}]`],
      })),
    );
  }
  return combinations;
}

function merge(fields: Fields, part: Fields, where: string): Fields {
  return Object.entries(part).reduce<Fields>((merged, [key, value]) => {
    const path = parsePath(key, where);
    checkTakesOption(fields, path, where);
    return setField(merged, path, value, where);
  }, fields);
}

/** Checks that keys lead into a spec, and that nothing which one of them sets is lost to a later one. */
function checkKeys(keys: readonly string[], where: string): void {
  const paths = keys.map((key) => parsePath(key, where));
  paths.forEach((path, i) => {
    const lost = paths.slice(0, i).findIndex((earlier) => isInside(earlier, path));
    if (lost < 0) return;
    throw new UserError(
      `${where}: expected each field once, found '${keys[lost]}' and '${keys[i]}', which takes its place. Leave one out.`,
    );
  });
}
