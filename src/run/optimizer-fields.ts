import { UserError } from '../core/errors.js';
import { Memory } from '../core/memory.js';
import type { OptimizerKinds, OptimizerOptions } from '../optim/optimizers/optimizer.js';
import { findOptimizer, type OptimizerSpec, parseOptimizer } from '../optim/optimizers/registry.js';
import { type SgdOptions, sgd } from '../optim/optimizers/sgd.js';

/** The short form of SGD: its options as fields of the spec itself. */
type ShortFields = Omit<SgdOptions, 'kind'>;

/** Names of the fields that are SGD's in short. */
export const SHORT_FIELDS = [
  'momentum',
  'nesterov',
  'weightDecay',
] as const satisfies readonly (keyof ShortFields)[];

/** The optimizer of a resolved spec: SGD by its short form, as runs were recorded before there were others, and any other by name. */
export type OptimizerFields = {
  readonly optimizer?: OptimizerOptions & OptimizerSpec;
} & Partial<ShortFields>;

/**
 * Checks a spec's optimizer and its short form against each other and fills in the defaults.
 *
 * @param where names the spec in messages
 * @param kinds that are at hand
 * @throws UserError for an unknown optimizer or option, and for a short form beside another optimizer or another value
 */
export function resolveOptimizer(
  {
    optimizer,
    ...fields
  }: { optimizer?: unknown } & { [Key in keyof ShortFields]?: ShortFields[Key] | undefined },
  where: string,
  kinds: OptimizerKinds,
): OptimizerFields {
  const given = SHORT_FIELDS.flatMap((key) =>
    fields[key] === undefined ? [] : [[key, fields[key]] as const],
  );
  if (optimizer === undefined)
    return shorten(parseOptimizer({ kind: sgd.kind, ...Object.fromEntries(given) }, where));
  const options = parseOptimizer(optimizer, `${where}: optimizer`, kinds);
  if (options.kind !== sgd.kind) {
    const [field] = given;
    if (field === undefined) return { optimizer: options as OptimizerOptions & OptimizerSpec };
    throw new UserError(
      `${where}: ${field[0]}: expected no such field beside the optimizer ${options.kind}, found ${field[1]}. ` +
        `It is short for one of ${sgd.kind}'s options; write those of ${options.kind} inside 'optimizer'.`,
    );
  }
  const named = typeof optimizer === 'object' ? (optimizer as Partial<ShortFields>) : {};
  for (const [key, value] of given) {
    if (named[key] === undefined || named[key] === value) continue;
    throw new UserError(
      `${where}: ${key}: expected one value, found ${value} and, inside 'optimizer', ${named[key]}. Leave one out.`,
    );
  }
  return shorten({ ...options, ...Object.fromEntries(given) } as SgdOptions);
}

/** Optimizers that are remembered. */
const MOST_OPTIMIZERS = 1000;

/** Does as `resolveOptimizer`, but equal fields once. */
export function rememberOptimizers(): typeof resolveOptimizer {
  const optimizers = new Memory<OptimizerFields>(MOST_OPTIMIZERS);
  return (fields, where, kinds) =>
    optimizers.recall(kinds, JSON.stringify(fields), () => resolveOptimizer(fields, where, kinds));
}

function shorten(options: OptimizerOptions): OptimizerFields {
  const { momentum, nesterov, weightDecay } = options as SgdOptions;
  return { momentum, nesterov, weightDecay };
}

/** A resolved spec's optimizer, written out. */
export function optimizerOf(fields: OptimizerFields): OptimizerOptions {
  const { optimizer, momentum, nesterov, weightDecay } = fields;
  if (optimizer) return optimizer;
  return { kind: sgd.kind, momentum, nesterov, weightDecay } as SgdOptions;
}

/** λ of the term ½λ‖w‖² that training descends beside the loss; null if the optimizer's weight decay is no such term. */
export function penaltyOf(spec: OptimizerFields, kinds: OptimizerKinds): number | null {
  const options = optimizerOf(spec);
  return findOptimizer(options.kind, kinds).penaltyOf?.(options) ?? null;
}
