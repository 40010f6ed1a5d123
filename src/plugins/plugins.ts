import { UserError } from '../core/errors.js';
import type { LayerKind, LayerKinds } from '../layers/layer.js';
import { LAYER_KINDS } from '../layers/registry.js';
import { listKinds } from '../network/composite.js';
import type { NetworkSpec } from '../network/spec.js';
import type { OptimizerKind, OptimizerKinds, OptimizerOptions } from '../optim/optimizers/optimizer.js';
import { OPTIMIZER_KINDS } from '../optim/optimizers/registry.js';

/** A module of the user's own as a run's spec has it: part of the run's identity. */
export interface PluginRecord {
  /** Names of the kinds that it brings, of layers and of optimizers. */
  readonly provides: readonly string[];
  /** Of the file's bytes, as hexadecimal. */
  readonly sha256: string;
}

/** Where a thread finds a module, and what it must be. */
export interface PluginAddress {
  readonly url: string;
  readonly sha256: string;
}

/** A module that has been loaded. */
export interface Plugin extends PluginRecord, PluginAddress {
  // biome-ignore lint/suspicious/noExplicitAny: each kind has its own configuration, checked by its own schema
  readonly layers: readonly LayerKind<any>[];
  // biome-ignore lint/suspicious/noExplicitAny: likewise
  readonly optimizers: readonly OptimizerKind<any>[];
}

/** What networks and runs may be made of: the kinds that are built in, and those of some plugins. Made once and handed on. */
export interface Plugins {
  readonly layers: LayerKinds;
  readonly optimizers: OptimizerKinds;
  readonly modules: readonly Plugin[];
}

export const NO_PLUGINS: Plugins = { layers: LAYER_KINDS, optimizers: OPTIMIZER_KINDS, modules: [] };

/** The built-in kinds and those of some modules, no two of which have one name. */
export function joinPlugins(modules: readonly Plugin[]): Plugins {
  return {
    layers: { ...LAYER_KINDS, ...byName(modules.flatMap(({ layers }) => layers)) },
    optimizers: { ...OPTIMIZER_KINDS, ...byName(modules.flatMap(({ optimizers }) => optimizers)) },
    modules,
  };
}

function byName<Kind extends { readonly kind: string }>(kinds: readonly Kind[]): Record<string, Kind> {
  return Object.fromEntries(kinds.map((kind) => [kind.kind, kind]));
}

/** Of some plugins those that a run needs: one that is at hand but not used changes no run. */
export function takeUsed(
  { modules }: Plugins,
  { network, optimizer }: { readonly network: NetworkSpec; readonly optimizer?: OptimizerOptions },
): Plugins {
  if (modules.length === 0) return NO_PLUGINS;
  const kinds = listKinds(network.layers);
  return joinPlugins(
    modules.filter(
      ({ layers, optimizers }) =>
        layers.some(({ kind }) => kinds.has(kind)) || optimizers.some(({ kind }) => kind === optimizer?.kind),
    ),
  );
}

/** As a spec has them, in an order that does not depend on how they were given. */
export function recordPlugins({ modules }: Plugins): PluginRecord[] {
  return modules
    .map(({ provides, sha256 }) => ({ provides: [...provides], sha256 }))
    .sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
}

/**
 * Checks that the plugins with which a spec was resolved are at hand.
 *
 * @throws UserError for one that is missing, or is not the same file any more
 */
export function checkPlugins(records: readonly PluginRecord[], { modules }: Plugins, where: string): void {
  for (const { provides, sha256 } of records) {
    if (modules.some((plugin) => plugin.sha256 === sha256)) continue;
    const other = modules.find((plugin) => plugin.provides.some((name) => provides.includes(name)));
    const expected = `${where}: expected the plugin of ${provides.join(', ')} with SHA-256 ${shorten(sha256)}`;
    throw new UserError(
      other
        ? `${expected}, found ${shorten(other.sha256)} in ${other.url}. Give the file as it was, or train again.`
        : `${expected}, found none. Give its file with --plugin, or as 'plugins' in a program.`,
    );
  }
}

/** Digits that tell files apart in a message. */
const SHOWN_DIGITS = 12;

function shorten(sha256: string): string {
  return `${sha256.slice(0, SHOWN_DIGITS)}…`;
}
