import { UserError, unknownName } from '../../core/errors.js';
import { parseWith } from '../../core/parse.js';
import { adam } from './adam.js';
import { adamw } from './adamw.js';
import { muon } from './muon/muon.js';
import type { OptimizerKind, OptimizerOptions } from './optimizer.js';
import { sgd } from './sgd.js';

/** Of any options; its own schema has checked them before they come to a kind. */
type AnyKind = OptimizerKind<OptimizerOptions>;

const KINDS: ReadonlyMap<string, AnyKind> = new Map(
  [sgd, adam, adamw, muon].map((kind) => [kind.kind, kind as unknown as AnyKind]),
);

export const OPTIMIZER_NAMES: readonly string[] = [...KINDS.keys()];

/** @throws Error if there is no such kind: names that users write go through parseOptimizer */
export function findOptimizer(name: string): AnyKind {
  const kind = KINDS.get(name);
  if (!kind) throw new Error(`optimizer: expected one of ${OPTIMIZER_NAMES.join(', ')}, found ${name}`);
  return kind;
}

/**
 * Checks an optimizer as a spec has it and fills in its defaults. A plain name is short for the kind with its defaults.
 *
 * @param where names the field in messages
 * @throws UserError for an unknown name, or options that are not the kind's
 */
export function parseOptimizer(value: unknown, where: string): OptimizerOptions {
  const options = typeof value === 'string' ? { kind: value } : value;
  const name =
    typeof options === 'object' && options !== null && 'kind' in options ? options.kind : undefined;
  if (typeof name !== 'string') {
    throw new UserError(
      `${where}: expected an optimizer's name or { "kind": name, ... }, found ${JSON.stringify(value) ?? 'nothing'}. ` +
        `Names: ${OPTIMIZER_NAMES.join(', ')}.`,
    );
  }
  const kind = KINDS.get(name);
  if (!kind) throw unknownName(where, 'optimizer', name, OPTIMIZER_NAMES);
  return parseWith(kind.schema, options, `${where} ${name}`);
}
