import { unknownName } from '../core/errors.js';
import { type NetworkSpec, parseNetwork } from '../network/spec.js';
import { buildBase, buildBn, buildSk } from './mnist.js';
import type { ModelDraft, ModelOptions } from './model.js';

const MODELS: Readonly<Record<string, (options: ModelOptions) => ModelDraft>> = {
  BASE: buildBase,
  BN: buildBn,
  SK: buildSk,
};

export const MODEL_NAMES: readonly string[] = Object.keys(MODELS);

/**
 * The network of that name.
 *
 * @throws UserError if there is none
 */
export function buildModel(name: string, options: ModelOptions, where: string): NetworkSpec {
  if (!Object.hasOwn(MODELS, name)) throw unknownName(where, 'model', name, MODEL_NAMES);
  return parseNetwork({ name, ...MODELS[name]!(options) }, `${where}: model ${name}`);
}
