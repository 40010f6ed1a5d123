import { describeValue } from '../../core/describe-value.js';
import { UserError, unknownName } from '../../core/errors.js';
import { parseOptions } from '../../core/options-check.js';
import type { PluginOptimizers } from '../../core/plugin-kinds.js';
import type { NameOf, Written } from '../../core/written.js';
import { adam } from './adam.js';
import { adamw } from './adamw.js';
import { muon } from './muon/muon.js';
import type { OptimizerKind, OptimizerKinds, OptimizerOptions } from './optimizer.js';
import { sgd } from './sgd.js';

const BUILT_IN = { sgd, adam, adamw, muon } satisfies OptimizerKinds;

/** The kinds that are built in. */
export const OPTIMIZER_KINDS: OptimizerKinds = BUILT_IN;

type BuiltInOptions = {
  [Name in keyof typeof BUILT_IN]: (typeof BUILT_IN)[Name] extends OptimizerKind<infer _, infer Options>
    ? Written<Options>
    : never;
}[keyof typeof BUILT_IN];

type PluginOptions = {
  [Name in keyof PluginOptimizers]: { readonly kind: Name } & Written<PluginOptimizers[Name]>;
}[keyof PluginOptimizers];

/** An optimizer as a user writes it: its name, which is short for the kind with its defaults, or some of its options. */
export type OptimizerSpec = BuiltInOptions | NameOf<BuiltInOptions> | PluginOptions | keyof PluginOptimizers;

export const OPTIMIZER_NAMES: readonly string[] = Object.keys(OPTIMIZER_KINDS);

/** @throws Error if there is no such kind: names that users write go through parseOptimizer */
export function findOptimizer(name: string, kinds: OptimizerKinds): OptimizerKinds[string] {
  if (Object.hasOwn(kinds, name)) return kinds[name]!;
  throw new Error(`optimizer: expected one of ${Object.keys(kinds).join(', ')}, found ${name}`);
}

/**
 * Checks an optimizer as a spec has it and fills in its defaults. A plain name is short for the kind with its defaults.
 *
 * @param where names the field in messages
 * @param kinds that are at hand
 * @throws UserError for an unknown name, or options that are not the kind's
 */
export function parseOptimizer(value: unknown, where: string, kinds = OPTIMIZER_KINDS): OptimizerOptions {
  const options = typeof value === 'string' ? { kind: value } : value;
  const name =
    typeof options === 'object' && options !== null && 'kind' in options ? options.kind : undefined;
  const names = Object.keys(kinds);
  if (typeof name !== 'string') {
    throw new UserError(
      `${where}: expected an optimizer's name or { "kind": name, ... }, found ${describeValue(value)}. ` +
        `Names: ${names.join(', ')}.`,
    );
  }
  if (!names.includes(name)) throw unknownName(where, 'optimizer', name, names);
  return parseOptions<OptimizerOptions>(kinds[name]!.schema, options, `${where} ${name}`);
}
