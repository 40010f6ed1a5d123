import { unknownName } from '../core/errors.js';
import { parseWith } from '../core/parse.js';
import { checkPlainData } from '../core/plain-data.js';
import type { OpenName } from '../core/written.js';
import type { LayerKinds } from '../layers/layer.js';
import { LAYER_KINDS, listActivations } from '../layers/registry.js';
import { type NetworkSpec, parseNetwork } from '../network/spec.js';
import { AIRBENCH_MODELS } from './airbench.js';
import { ALEXNET_MODELS } from './alexnet.js';
import { CIFAR_QUICK_MODELS } from './cifar-quick.js';
import { GOOGLENET_MODELS } from './googlenet.js';
import { LENET5_MODELS } from './lenet5.js';
import { MNIST_MODELS } from './mnist.js';
import { MOBILENET_V2_MODELS } from './mobilenet-v2.js';
import type { Model, ModelDraft } from './model.js';
import { MODEL_OPTION_NAMES, PLAIN_OPTIONS } from './options.js';
import { RESNET_MODELS } from './resnet.js';
import { THREE_LAYER_MODELS } from './three-layer.js';
import { VGG_MODELS } from './vgg.js';

const NAMED = {
  ...LENET5_MODELS,
  ...MNIST_MODELS,
  ...THREE_LAYER_MODELS,
  ...CIFAR_QUICK_MODELS,
  ...ALEXNET_MODELS,
  ...VGG_MODELS,
  ...GOOGLENET_MODELS,
  ...RESNET_MODELS,
  ...AIRBENCH_MODELS,
  ...MOBILENET_V2_MODELS,
} satisfies Readonly<Record<string, Model>>;

export type ModelName = keyof typeof NAMED;

/** Every named network. */
export const MODELS: Readonly<Record<string, Model>> = NAMED;

export const MODEL_NAMES: readonly string[] = Object.keys(MODELS);

export function isModel(name: string): boolean {
  return Object.hasOwn(MODELS, name);
}

/** Null for a network of the user's own. */
export function findModel(name: string): Model | null {
  return isModel(name) ? MODELS[name]! : null;
}

/** A named network with the options that it was built with, its defaults among them. */
export interface BuiltModel {
  readonly options: Readonly<Record<string, unknown>>;
  readonly network: NetworkSpec;
}

/**
 * The network of that name.
 *
 * @param options those that differ from the model's defaults
 * @param kinds of layer that there are
 * @throws UserError if there is no such network, or it does not take such options
 */
export function buildModel(
  name: OpenName<ModelName>,
  options: object,
  where: string,
  kinds = LAYER_KINDS,
): BuiltModel {
  if (!isModel(name)) throw unknownName(where, 'model', name, MODEL_NAMES);
  const model = MODELS[name]!;
  const place = `${where}: model ${name}`;
  checkPlainData(options, place);
  const parsed = parseWith(model.options, options, place);
  checkActivation(parsed, place, kinds);
  const build = model.build as (options: object) => ModelDraft;
  return { options: parsed, network: parseNetwork({ name, ...build(parsed) }, place, kinds) };
}

/**
 * Checks what the options' own types cannot tell: that an activation is a kind that is one.
 *
 * @throws UserError if it is not
 */
export function checkActivation(
  { activation }: { readonly activation?: unknown },
  where: string,
  kinds: LayerKinds,
): void {
  const names = listActivations(kinds);
  if (activation !== undefined && !names.includes(activation as string)) {
    throw unknownName(where, 'activation', String(activation), names);
  }
}

/** The options of a model, or of a network of one's own, that differ from its defaults. */
export function listChangedOptions(
  name: string,
  options: Readonly<Record<string, unknown>>,
): [name: string, value: unknown][] {
  const defaults: Readonly<Record<string, unknown>> = findModel(name)?.defaults ?? PLAIN_OPTIONS;
  return MODEL_OPTION_NAMES.map((option): [string, unknown] => [option, options[option]]).filter(
    ([option, value]) => value !== undefined && value !== defaults[option],
  );
}
