import { z } from 'zod';
import { UserError } from './errors.js';
import { offerNames } from './names.js';
import { parseWith } from './parse.js';

/**
 * A plain check in place of a schema, for kinds of the user's own: takes all that stands beside a kind's `kind` (and a layer's `name`), and
 * gives it back with defaults. An option that it does not give back is unknown.
 *
 * @throws Error that says what was expected
 */
export type OptionsCheck<Config extends { readonly kind: string }> = (
  // biome-ignore lint/suspicious/noExplicitAny: whatever a user has written
  options: Readonly<Record<string, any>>,
) => Omit<Config, 'kind' | 'name' | 'inputs'>;

/** Fields that are no options of a kind. */
const HEAD = z.looseObject({ kind: z.string() });

/**
 * Checks the configuration of something of a kind and fills in the defaults.
 *
 * @param where names it in messages
 * @param head the fields that a plain check is not asked about
 * @throws UserError for an unknown option, or one that is wrong
 */
export function parseOptions<Config extends { readonly kind: string }>(
  schema: z.ZodType<Config> | OptionsCheck<Config>,
  value: unknown,
  where: string,
  head: z.ZodObject = HEAD,
): Config {
  if (typeof schema !== 'function') return parseWith(schema, value, where);
  const fields = Object.entries(parseWith(head, value, where));
  const own = Object.fromEntries(fields.filter(([field]) => Object.hasOwn(head.shape, field)));
  const options = Object.fromEntries(fields.filter(([field]) => !Object.hasOwn(head.shape, field)));
  const config = { ...own, ...callCheck(schema, options, where) };
  const unknown = Object.keys(options).find((option) => !Object.hasOwn(config, option));
  if (unknown === undefined) return config as unknown as Config;
  const valid = Object.keys(config).filter((field) => field !== 'kind');
  throw new UserError(
    `${where}: unknown field '${unknown}'. ${valid.length > 0 ? offerNames(unknown, valid) : 'Remove it.'}`,
  );
}

function callCheck<Config extends { readonly kind: string }>(
  check: OptionsCheck<Config>,
  options: Record<string, unknown>,
  where: string,
): object {
  try {
    return check(options);
  } catch (error) {
    throw new UserError(`${where}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
