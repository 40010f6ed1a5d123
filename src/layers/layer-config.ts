import { z } from 'zod';
import { parseOptions } from '../core/options-check.js';
import type { LayerConfig, LayerKinds } from './layer.js';

const HEAD = z.looseObject({ kind: z.string(), name: z.string().optional() });

/**
 * Checks a layer's configuration against its kind and fills in the defaults.
 *
 * @param where names the layer in messages
 * @throws UserError for an unknown option, or one that is wrong
 */
export function parseLayerConfig({ schema }: LayerKinds[string], value: unknown, where: string): LayerConfig {
  return parseOptions<LayerConfig>(schema, value, where, HEAD);
}
