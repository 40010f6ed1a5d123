import { z } from 'zod';
import { UserError } from '../core/errors.js';
import { parseWith } from '../core/parse.js';
import type { LayerKind } from '../layers/layer.js';
import { JOINT_KINDS, LAYER_KINDS } from '../layers/registry.js';
import { COMPOSITE_KINDS } from '../network/composite.js';
import { completeElementwise, type ElementwiseOptimizer } from '../optim/optimizers/elementwise.js';
import type { OptimizerKind } from '../optim/optimizers/optimizer.js';
import { OPTIMIZER_NAMES } from '../optim/optimizers/registry.js';
import type { Plugin } from './plugins.js';

const expectFunction = (message = 'expected a function') =>
  z.custom<() => unknown>((value) => typeof value === 'function', message);
const functionSchema = expectFunction();

const nameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'expected a name of small letters, digits and single hyphens');

const optionsSchema = z.custom(
  (value) => typeof value === 'function' || typeof (value as z.ZodType | null)?.safeParse === 'function',
  'expected a zod schema, or a function that checks the options',
);

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
  kind: nameSchema,
  schema: optionsSchema,
  plan: functionSchema,
  bind: functionSchema,
  describe: functionSchema.optional(),
  suitsLanes: functionSchema.optional(),
  gainsByLanes: z.literal(true).optional(),
  role: z.enum(['weighted', 'normalization', 'activation']).optional(),
  summary: z.string().optional(),
  channelFields: z
    .strictObject({
      output: z.string().optional(),
      added: z.array(z.string()).optional(),
      divisor: z.string().optional(),
    })
    .optional(),
  pattern: patternSchema.optional(),
});

/** The same of a kind of optimizer that plans passes of its own. */
const optimizerKindSchema = z.strictObject({
  kind: nameSchema,
  schema: optionsSchema,
  slots: expectFunction("expected a function (or, beside 'move', a list of names)"),
  plan: expectFunction("expected a function (or 'move' in its place)"),
  countWorkFloats: functionSchema.optional(),
  reduces: z.literal(true).optional(),
  penaltyOf: functionSchema.optional(),
});

/** And of one that moves element by element. */
const elementwiseSchema = z.strictObject({
  kind: nameSchema,
  schema: optionsSchema,
  slots: z.array(z.string()),
  move: functionSchema,
  penaltyOf: functionSchema.optional(),
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
): Pick<Plugin, 'layers' | 'optimizers'> {
  const kinds = Object.values(exports)
    .flat()
    .filter((value) => typeof value === 'object' && value !== null && 'kind' in value);
  // The default export may be one of the others.
  const distinct = [...new Set(kinds)];
  if (distinct.length === 0) {
    const names = Object.keys(exports);
    throw new UserError(
      `${where}: expected an export that is a kind of layer or optimizer, found ${names.join(', ') || 'no export'}. ` +
        "Export an object with 'kind', 'schema', 'plan' and 'bind', or one with 'kind', 'schema', 'slots' and 'move'.",
    );
  }
  // No layer has either; with both looked for, one that is missing is told.
  const isOptimizer = (kind: object) => 'slots' in kind || 'move' in kind;
  return {
    layers: distinct.filter((kind) => !isOptimizer(kind)).map((kind) => checkLayerKind(kind, where)),
    optimizers: distinct.filter(isOptimizer).map((kind) => checkOptimizerKind(kind, where)),
  };
}

function checkLayerKind(value: object, where: string): LayerKind {
  parseWith(layerKindSchema, value, `${where}: layer '${(value as LayerKind).kind}'`);
  return value as LayerKind;
}

function checkOptimizerKind(value: object, where: string): OptimizerKind {
  const name = `${where}: optimizer '${(value as OptimizerKind).kind}'`;
  if ('move' in value) {
    parseWith(elementwiseSchema, value, name);
    return completeElementwise(value as ElementwiseOptimizer);
  }
  parseWith(optimizerKindSchema, value, name);
  return value as OptimizerKind;
}

/** Names that have a meaning already, and where it comes from. */
function listTaken(names: readonly string[]): Map<string, string> {
  return new Map(names.map((name) => [name, 'is built in']));
}

/**
 * Checks that no two kinds of layer, nor two of optimizer, have one name, nor two layers one word of patterns, and that the words are there by whose
 * names kinds are chosen.
 *
 * @param modules with their names for messages
 * @throws UserError otherwise
 */
export function checkNames(
  modules: readonly ({ readonly where: string } & Pick<Plugin, 'layers' | 'optimizers'>)[],
): void {
  const builtIn = Object.values(LAYER_KINDS);
  const kinds = listTaken([LAYER_KINDS, COMPOSITE_KINDS, JOINT_KINDS].flatMap((table) => Object.keys(table)));
  const words = listTaken(['INPUT', ...builtIn.flatMap(wordOf)]);
  const optimizerNames = listTaken(OPTIMIZER_NAMES);
  for (const { where, layers, optimizers } of modules) {
    for (const { kind } of optimizers) claim(optimizerNames, kind, 'optimizer', where);
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
