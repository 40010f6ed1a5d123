import { z } from 'zod';
import { sortByDistance, UserError } from '../core/errors.js';
import { parseWith } from '../core/parse.js';
import type { LayerConfig, LayerKinds, OptionsCheck } from './layer.js';

const fieldsSchema = z.looseObject({ kind: z.string(), name: z.string().optional() });

/**
 * Checks a layer's configuration against its kind and fills in the defaults.
 *
 * @param where names the layer in messages
 * @throws UserError for an unknown option, or one that is wrong
 */
export function parseLayerConfig({ schema }: LayerKinds[string], value: unknown, where: string): LayerConfig {
  return typeof schema === 'function' ? runCheck(schema, value, where) : parseWith(schema, value, where);
}

function runCheck(check: OptionsCheck<LayerConfig>, value: unknown, where: string): LayerConfig {
  const { kind, name, ...options } = parseWith(fieldsSchema, value, where);
  const config = { kind, ...(name === undefined ? {} : { name }), ...callCheck(check, options, where) };
  const unknown = Object.keys(options).find((option) => !(option in config));
  if (unknown === undefined) return config;
  const valid = sortByDistance(
    unknown,
    Object.keys(config).filter((field) => field !== 'kind'),
  );
  throw new UserError(
    `${where}: unknown field '${unknown}'.${valid.length > 0 ? ` Did you mean '${valid[0]}'? Valid: ${valid.join(', ')}.` : ' Remove it.'}`,
  );
}

function callCheck(
  check: OptionsCheck<LayerConfig>,
  options: Record<string, unknown>,
  where: string,
): object {
  try {
    return check(options);
  } catch (error) {
    throw new UserError(`${where}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
