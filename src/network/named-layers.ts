import { UserError } from '../core/errors.js';
import type { LayerConfig } from '../layers/layer.js';
import { COMPOSITE_KINDS, type Join } from './composite.js';
import { findHeads, type HeadSpec } from './heads.js';
import { findSources, isJoin } from './inputs.js';
import type { NetworkSpec } from './spec.js';

/** A layer of the spec with a name of its own. */
export interface NamedLayer {
  /** For tables and parameters: `convolution1`, `residual3.convolution1`, `branches2.branch1.convolution1`. */
  readonly name: string;
  /** For messages: `resnet20: residual3 > body > convolution1 (layer 5)`. */
  readonly where: string;
  readonly config: LayerConfig;
  /** Places of what it reads among the layers that it stands with; INPUT for what the first of them reads. */
  readonly sources: readonly number[];
  /**
   * Among the layers that are neither composites nor joins, from 0 in the order of the spec: the same with composites and written out, and with it
   * the layer's random numbers. A composite has that of its first layer, a join that of the layer behind it.
   */
  readonly index: number;
  /** What a composite is made of; null for other layers. */
  readonly composite: NamedComposite | null;
}

export interface NamedComposite {
  readonly join: Join;
  readonly branches: readonly NamedBranch[];
}

export interface NamedBranch {
  /** For tensors and messages: `branch1`, `body`, `shortcut`. */
  readonly title: string;
  readonly layers: readonly NamedLayer[];
}

/** The names of layers that stand one after another: each its own, or its kind and a count among them. */
export function nameSiblings(layers: readonly Pick<LayerConfig, 'kind' | 'name'>[]): string[] {
  const counts = new Map<string, number>();
  return layers.map(({ kind, name }) => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return name ?? `${kind}${count}`;
  });
}

/**
 * Names every layer by its own name, or by its kind and a count among its neighbours; inside composites behind theirs.
 *
 * @throws UserError if two have one name, for inputs that name no layer before, and for a layer that nobody reads
 */
export function nameLayers(spec: NetworkSpec): NamedLayer[] {
  /** Where each name stands. */
  const taken = new Map<string, string>();
  let layers = 0;

  const nameBranch = (
    configs: readonly LayerConfig[],
    prefix: string,
    whereIs: (name: string, i: number) => string,
    heads: readonly HeadSpec[] = [],
  ): NamedLayer[] => {
    const names = nameSiblings(configs);
    const wheres = names.map((name, i) => `${spec.name}: ${whereIs(name, i)}`);
    const named = configs.map((config, i) => {
      const local = names[i]!;
      const name = `${prefix}${local}`;
      const place = whereIs(local, i);
      const where = wheres[i]!;
      if (taken.has(name)) {
        throw new UserError(
          `${where}: expected a name that no other layer has, found '${name}', which is also ${taken.get(name)}. ` +
            'Rename one.',
        );
      }
      taken.set(name, place);
      const index = layers;
      const composite = nameComposite(config, name, (inside) => whereIs(`${local} > ${inside}`, i));
      if (!composite && !isJoin(config.kind)) layers++;
      return { name, where, config, index, composite };
    });
    const ends = [names.length - 1, ...findHeads(heads, names, spec.name)];
    const sources = findSources({ configs, names, wheres, everywhere: taken }, ends);
    return named.map((layer, i) => ({ ...layer, sources: sources[i]! }));
  };

  const nameComposite = (
    config: LayerConfig,
    name: string,
    whereIs: (inside: string) => string,
  ): NamedComposite | null => {
    const kind = COMPOSITE_KINDS[config.kind];
    if (!kind) return null;
    const branches = kind.branches(config).map(({ title, prefix, layers }) => ({
      title,
      layers: nameBranch(layers, prefix ? `${name}.${prefix}.` : `${name}.`, (inside) =>
        whereIs(`${title} > ${inside}`),
      ),
    }));
    return { join: kind.join(config), branches };
  };

  return nameBranch(spec.layers, '', (name, i) => `${name} (layer ${i + 1})`, spec.heads);
}
