import { UserError } from '../core/errors.js';
import { Memory } from '../core/memory.js';
import { MODEL_OPTION_NAMES, type ModelOptionName, PLAIN_OPTIONS } from '../models/options.js';
import { type BuiltModel, buildModel, checkActivation, isModel, MODEL_NAMES } from '../models/registry.js';
import { freezeLayers } from '../network/freeze.js';
import { parseNetwork } from '../network/spec.js';
import type { Plugins } from '../plugins/plugins.js';

/** The fields of a spec that its network follows from. */
export interface NetworkFields extends Partial<Readonly<Record<ModelOptionName, unknown>>> {
  readonly model?: string | undefined;
  readonly network?: unknown;
  readonly freeze?: readonly string[] | undefined;
}

/** Networks that are remembered. */
const MOST_NETWORKS = 1000;

/**
 * The network, and the options that it was built with.
 *
 * @throws UserError if there is none, or one that is not valid
 */
export function resolveNetwork(fields: NetworkFields, where: string, plugins: Plugins): BuiltModel {
  const built = buildNetwork(fields, where, plugins);
  const { freeze } = fields;
  if (!freeze) return built;
  return { ...built, network: freezeLayers(built.network, freeze, { kinds: plugins.layers, where }) };
}

/**
 * Does as `resolveNetwork`, but equal fields once: most points of a sweep differ in the seed or the rate alone. What such specs share is one
 * object.
 */
export function rememberNetworks(): typeof resolveNetwork {
  const networks = new Memory<BuiltModel>(MOST_NETWORKS);
  const texts = new WeakMap<object, string>();
  const textOf = (network: unknown) => {
    if (typeof network !== 'object' || network === null) return JSON.stringify(network);
    const text = texts.get(network) ?? JSON.stringify(network);
    texts.set(network, text);
    return text;
  };
  return (fields, where, plugins) => {
    const { model, network, freeze } = fields;
    const options = MODEL_OPTION_NAMES.map((name) => fields[name]);
    const key = `${JSON.stringify([model, freeze, options])} ${textOf(network)}`;
    return networks.recall(plugins, key, () => resolveNetwork(fields, where, plugins));
  };
}

function buildNetwork(
  { model, network, ...fields }: NetworkFields,
  where: string,
  plugins: Plugins,
): BuiltModel {
  const { layers } = plugins;
  const options = Object.fromEntries(
    MODEL_OPTION_NAMES.filter((name) => fields[name] !== undefined).map((name) => [name, fields[name]]),
  );
  if (network === undefined) {
    if (model !== undefined) return buildModel(model, options, where, layers);
    throw new UserError(
      `${where}: expected 'model' (${MODEL_NAMES.join(', ')}) or 'network', found neither. Give one.`,
    );
  }
  if (model === undefined) checkPlainOptions(options, where);
  const parsed = parseNetwork(network, `${where}: network`, layers);
  checkActivation(fields, where, layers);
  // A spec that has been resolved before has both, and they agree.
  if (model !== undefined && model !== parsed.name) {
    throw new UserError(
      `${where}: expected 'model' or 'network', found both (${model} and ${parsed.name}). Give one.`,
    );
  }
  return { options: isModel(parsed.name) ? options : { ...PLAIN_OPTIONS, ...options }, network: parsed };
}

/** A network that is written out takes no options. */
function checkPlainOptions(options: Readonly<Record<string, unknown>>, where: string): void {
  const plain: Readonly<Record<string, unknown>> = PLAIN_OPTIONS;
  const [changed] = Object.entries(options).filter(([name, value]) => value !== plain[name]);
  if (changed === undefined) return;
  throw new UserError(
    `${where}: ${changed[0]}: expected no such field beside 'network', found ${JSON.stringify(changed[1])}. It is an option of named networks: ` +
      'change the layers instead.',
  );
}
