import { z } from 'zod';
import { UserError } from '../core/errors.js';
import { parseWith } from '../core/parse.js';
import type { LayerKind } from '../layers/layer.js';
import { JOINT_KINDS, LAYER_KINDS } from '../layers/registry.js';
import { COMPOSITE_KINDS } from '../network/composite.js';
import type { Plugin } from './plugins.js';

const functionSchema = z.custom<() => unknown>((value) => typeof value === 'function', 'expected a function');

const fieldSchema = z.strictObject({
  name: z.string(),
  lengths: z.array(z.int().min(1)),
  least: z.int().optional(),
});

const patternSchema = z.union([
  z.strictObject({
    word: z.string().regex(/^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$/, 'expected a word in capitals'),
    usage: z.string().optional(),
    places: z.array(fieldSchema).optional(),
    required: z.int().optional(),
    letters: z.record(z.string(), fieldSchema).optional(),
    names: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  }),
  z.strictObject({ variantOf: z.string(), name: z.string() }),
]);

/** What a kind of layer looks like from outside. */
const layerKindSchema = z.strictObject({
  kind: z
    .string()
    .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'expected a name of small letters, digits and single hyphens'),
  schema: z.custom(
    (value) => typeof value === 'function' || typeof (value as z.ZodType | null)?.safeParse === 'function',
    'expected a zod schema, or a function that checks the options',
  ),
  plan: functionSchema,
  bind: functionSchema,
  describe: functionSchema.optional(),
  suitsLanes: functionSchema.optional(),
  gainsByLanes: z.literal(true).optional(),
  role: z.enum(['weighted', 'normalization', 'activation']).optional(),
  summary: z.string().optional(),
  channelFields: z
    .strictObject({ output: z.string().optional(), added: z.array(z.string()).optional() })
    .optional(),
  pattern: patternSchema.optional(),
});

/**
 * The kinds that a module exports, under any names, one by one or in lists.
 *
 * @param where names the module in messages
 * @throws UserError if it exports none, or one that is not whole
 */
export function collectKinds(
  exports: Readonly<Record<string, unknown>>,
  where: string,
): Pick<Plugin, 'layers'> {
  const kinds = Object.values(exports)
    .flat()
    .filter((value) => typeof value === 'object' && value !== null && 'kind' in value);
  // The default export may be one of the others.
  const distinct = [...new Set(kinds)];
  if (distinct.length === 0) {
    const names = Object.keys(exports);
    throw new UserError(
      `${where}: expected an export that is a kind of layer, found ${names.join(', ') || 'no export'}. ` +
        "Export an object with 'kind', 'schema', 'plan' and 'bind'.",
    );
  }
  // A kind of optimizer has its own place here, told by its `slots`.
  return { layers: distinct.map((kind) => checkLayerKind(kind, where)) };
}

function checkLayerKind(value: object, where: string): LayerKind {
  parseWith(layerKindSchema, value, `${where}: layer '${(value as LayerKind).kind}'`);
  return value as LayerKind;
}

/** Names that have a meaning already, and where it comes from. */
function listTaken(names: readonly string[]): Map<string, string> {
  return new Map(names.map((name) => [name, 'is built in']));
}

/**
 * Checks that no two kinds have one name, nor one word of patterns.
 *
 * @param modules with their names for messages
 * @throws UserError if they do, or if a kind is to be chosen by a word that there is not
 */
export function checkNames(
  modules: readonly { readonly where: string; readonly layers: Plugin['layers'] }[],
): void {
  const builtIn = Object.values(LAYER_KINDS);
  const kinds = listTaken([LAYER_KINDS, COMPOSITE_KINDS, JOINT_KINDS].flatMap((table) => Object.keys(table)));
  const words = listTaken(['INPUT', ...builtIn.flatMap(wordOf)]);
  for (const { where, layers } of modules) {
    for (const layer of layers) {
      claim(kinds, layer.kind, 'layer', where);
      for (const word of wordOf(layer)) claim(words, word, 'word of patterns', where);
    }
  }
  for (const { where, layers } of modules) {
    for (const { kind, pattern } of layers) {
      if (!pattern || !('variantOf' in pattern) || words.has(pattern.variantOf)) continue;
      throw new UserError(
        `${where}: layer '${kind}': expected a word of patterns that there is as variantOf, found '${pattern.variantOf}'.`,
      );
    }
  }
}

function wordOf({ pattern }: LayerKind): string[] {
  return pattern && 'word' in pattern ? [pattern.word] : [];
}

function claim(taken: Map<string, string>, name: string, what: string, where: string): void {
  const owner = taken.get(name);
  if (owner !== undefined) {
    throw new UserError(`${where}: expected a new ${what}, found '${name}', which ${owner}. Rename it.`);
  }
  taken.set(name, `${where} has too`);
}
