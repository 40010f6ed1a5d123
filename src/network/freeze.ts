import { UserError } from '../core/errors.js';
import { offerNames } from '../core/names.js';
import type { LayerConfig, LayerKinds } from '../layers/layer.js';
import { parseLayerConfig } from '../layers/layer-config.js';
import { COMPOSITE_KINDS } from './composite.js';
import { nameSiblings } from './named-layers.js';
import { planNetwork } from './plan.js';
import type { NetworkSpec } from './spec.js';

/**
 * A network whose layers of some names do not learn: the learning rates of their parameters are 0.
 *
 * @param patterns of full names, `conv*` or `residual1.*`; a composite stands for all that is in it
 * @throws UserError for a pattern that is none of a layer that learns, and for a layer whose kind knows no such field
 */
export function freezeLayers(
  network: NetworkSpec,
  patterns: readonly string[],
  { kinds, where }: { readonly kinds: LayerKinds; readonly where: string },
): NetworkSpec {
  const plan = planNetwork(network, { batchSize: 1, slices: 1, training: false, kinds });
  const learning = new Map(
    plan.steps
      .filter(({ parameters }) => parameters.length > 0)
      .map(({ name, parameters }) => [name, parameters.map((parameter) => parameter.name)]),
  );
  const names = [...learning.keys()];
  const frozen = new Set<string>();
  for (const pattern of patterns) {
    const matches = names.filter((name) => matchesAny(name, pattern));
    if (matches.length === 0) {
      throw new UserError(
        `${where}: freeze: expected the names of layers that learn, found '${pattern}'. ${offerNames(pattern, names)}`,
      );
    }
    for (const name of matches) frozen.add(name);
  }

  const freeze = (config: LayerConfig, name: string): LayerConfig => {
    const place = `${where}: freeze: ${name}`;
    const kind = kinds[config.kind]!;
    const has = (field: string) => field in config || accepts(kind, config, field);
    const fields = learning.get(name)!.map((parameter) => {
      const field = [`${parameter}LearningRate`, 'learningRate'].find(has);
      if (field) return [field, 0] as const;
      throw new UserError(
        `${place}: expected a kind of layer with a learning rate of its own, found ${config.kind}. Leave it out.`,
      );
    });
    return parseLayerConfig(kind, { ...config, ...Object.fromEntries(fields) }, place);
  };
  const freezeAll = (layers: readonly LayerConfig[], prefix: string): LayerConfig[] => {
    const siblings = nameSiblings(layers);
    return layers.map((config, i) => {
      const name = `${prefix}${siblings[i]}`;
      const composite = Object.hasOwn(COMPOSITE_KINDS, config.kind) ? COMPOSITE_KINDS[config.kind]! : null;
      if (!composite) {
        if (!frozen.has(name)) return config;
        const { inputs, ...fields } = config;
        return { ...freeze(fields, name), ...(inputs && { inputs }) };
      }
      return composite.branches(config).reduce((whole, { prefix: inside, path, layers }) => {
        const place = inside ? `${name}.${inside}.` : `${name}.`;
        if (path) return replaceAt(whole, path, freezeAll(layers, place));
        checkWhole(layers, place, frozen, `${where}: freeze: ${name}`);
        return whole;
      }, config);
    });
  };
  return { ...network, layers: freezeAll(network.layers, '') as NetworkSpec['layers'] };
}

/** Layers that the composite makes by itself cannot be changed one by one. */
function checkWhole(
  layers: readonly LayerConfig[],
  prefix: string,
  frozen: ReadonlySet<string>,
  where: string,
): void {
  const inside = nameSiblings(layers).find((name) => frozen.has(`${prefix}${name}`));
  if (inside === undefined) return;
  throw new UserError(
    `${where}: expected a composite whose layers have learning rates, found one without. Leave it out.`,
  );
}

function matchesAny(name: string, pattern: string): boolean {
  const expression = new RegExp(`^${pattern.split('*').map(escapePattern).join('.*')}(?:\\..*)?$`);
  return expression.test(name);
}

const escapePattern = (text: string) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');

function accepts(kind: LayerKinds[string], config: LayerConfig, field: string): boolean {
  try {
    parseLayerConfig(kind, { ...config, [field]: 0 }, 'freeze');
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

/** The configuration with the layers at `['branches', '1']` or the like changed; as it is if they have not been. */
function replaceAt(config: LayerConfig, [key, index]: readonly string[], layers: LayerConfig[]): LayerConfig {
  const fields = config as LayerConfig & Record<string, unknown>;
  // What the composite puts behind the branch's own layers is not its configuration's.
  if (index === undefined) return { ...fields, [key!]: layers.slice(0, (fields[key!] as unknown[]).length) };
  const branches = [...(fields[key!] as unknown[])];
  branches[Number(index)] = layers;
  return { ...fields, [key!]: branches };
}
