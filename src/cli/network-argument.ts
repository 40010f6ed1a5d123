import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { type LoadOptions, loadCheckpoint } from '../checkpoint/load.js';
import { describeValue } from '../core/describe-value.js';
import { UserError, unknownName } from '../core/errors.js';
import { readJsonFile } from '../experiment/json-file.js';
import { applyOverride, type Override } from '../experiment/overrides.js';
import { isModel, MODEL_NAMES } from '../models/registry.js';
import { NO_PLUGINS, type Plugins } from '../plugins/plugins.js';
import { type ResolvedRunSpec, resolveRunSpec, trimSpec } from '../run/spec.js';
import { isSafetensorsFile } from '../safetensors/recognize.js';
import type { Streams } from './streams.js';

/** How a command that takes a network says so. */
export const NETWORK_ARGUMENT =
  "a named network (see describe --list), a pattern such as 'INPUT(28x28x1) -> [CONV(5,20) -> POOL(2)]*2 -> FC(10)', " +
  'or a file: a spec or a network as JSON, or a saved network, of which it takes the spec';

/** How a command reads networks. */
export interface NetworkOptions extends LoadOptions {
  readonly plugins: Plugins;
}

/** What a command's flags say of it. */
export function listNetworkOptions(
  { ignoreHash = false }: { readonly ignoreHash?: boolean },
  plugins: Plugins,
  streams: Streams,
): NetworkOptions {
  const onWarning = (message: string) => {
    streams.err.write(`warning: ${message}\n`);
  };
  return { plugins, ignoreHash, onWarning };
}

/**
 * The spec of a network that a user means: a name, a pattern or a file.
 *
 * @param command in messages
 * @param overrides of fields of the spec
 * @param options how a saved network is read, and plugins that it may need
 * @throws UserError if it is none of them, or not valid
 */
export async function resolveNetworkArgument(
  command: string,
  what: string | undefined,
  overrides: readonly Override[],
  options: NetworkOptions = { plugins: NO_PLUGINS },
): Promise<ResolvedRunSpec> {
  if (what === undefined) {
    throw new UserError(
      `${command}: expected a network or a spec file, found nothing. Networks: ${MODEL_NAMES.join(', ')}.`,
    );
  }
  if (!isNetworkArgument(what)) throw unknownName(command, 'network', what, MODEL_NAMES);
  return resolveWithOverrides(command, what, await readNetwork(what, options), overrides, options.plugins);
}

/** Whether it is a network's name or a pattern, or looks like a file. */
export function isNetworkArgument(what: string): boolean {
  return isModel(what) || isPattern(what) || /[/\\]|\.json$/i.test(what) || existsSync(what);
}

/**
 * The fields of a spec, with overrides, as a whole spec.
 *
 * @param what in messages, unless it is a pattern
 * @throws UserError if it is not valid
 */
export function resolveWithOverrides(
  command: string,
  what: string,
  fields: Readonly<Record<string, unknown>>,
  overrides: readonly Override[],
  plugins: Plugins,
): ResolvedRunSpec {
  const spec = overrides.reduce((changed, override) => applyOverride(changed, override), fields);
  return resolveRunSpec(spec, isPattern(what) ? command : what, plugins);
}

/** @throws UserError if a hash is to be ignored where there is none */
export function refuseIgnoredHash(what: string, { ignoreHash }: NetworkOptions): void {
  if (ignoreHash) {
    throw new UserError(`--ignore-hash: expected a saved network, found ${what}. Leave it out.`);
  }
}

function isPattern(what: string): boolean {
  return /^\s*INPUT\b|->|→/i.test(what);
}

/** The name of what is recorded of a network: its file's, or its own. */
export function nameNetwork(what: string, model: string): string {
  return !isModel(what) && /\.json$/i.test(what) ? basename(what).replace(/\.json$/i, '') : model;
}

/** Whether what looks like a network is one, and no file of a grid: a spec or a network names a model or has layers. */
export async function holdsNetwork(what: string): Promise<boolean> {
  if (isModel(what) || isPattern(what) || (await isSavedNetwork(what))) return true;
  const value = readJsonFile(what, 'a grid, a spec or a network');
  const isObject = typeof value === 'object' && value !== null;
  return isObject && ['model', 'network', 'layers'].some((key) => Object.hasOwn(value, key));
}

/** Whether it is a file of a network with its weights. */
export async function isSavedNetwork(what: string): Promise<boolean> {
  return !isModel(what) && !isPattern(what) && existsSync(what) && isSafetensorsFile(what);
}

/**
 * The fields of a spec with what the user means: a named network, a pattern, or the file's.
 *
 * @throws UserError if it is a file that cannot be read or holds something else, or a hash is to be ignored where there is none
 */
export async function readNetwork(
  what: string,
  options: NetworkOptions,
): Promise<Readonly<Record<string, unknown>>> {
  if (await isSavedNetwork(what)) return trimSpec((await loadCheckpoint(what, options)).spec);
  refuseIgnoredHash(what, options);
  if (isModel(what)) return { model: what };
  if (isPattern(what)) return { network: what };
  const value = readJsonFile(what, 'a spec or a network');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UserError(
      `${what}: expected a spec or a network as a JSON object, found ${describeValue(value)}.`,
    );
  }
  return 'layers' in value ? { network: value } : (value as Readonly<Record<string, unknown>>);
}
