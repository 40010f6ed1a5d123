import { type NamedLayer, nameLayers } from '../network/named-layers.js';
import type { NetworkSpec } from '../network/spec.js';
import { NOTHING } from './format-values.js';

/** A network and the label that stands for it. */
export interface LabelledNetwork {
  readonly label: string;
  readonly network: NetworkSpec;
}

/**
 * Facts that tell networks apart whose labels are equal, such as `conv1 filters`: the first ones that do, and no more of them than it takes.
 * None where labels tell enough.
 */
export function findNetworkDifferences(networks: readonly LabelledNetwork[]): string[] {
  const distinct = listDistinct(networks);
  if (countDistinct(distinct.map(({ label }) => [label])) === distinct.length) return [];
  const described = distinct.map(({ label, network }) => ({ label, facts: listNetworkFacts(network) }));
  const tell = (chosen: readonly string[]) =>
    countDistinct(described.map(({ label, facts }) => [label, ...chosen.map((fact) => facts.get(fact))]));
  const chosen: string[] = [];
  for (const fact of new Set(described.flatMap(({ facts }) => [...facts.keys()]))) {
    if (tell(chosen) === distinct.length) break;
    if (tell([...chosen, fact]) > tell(chosen)) chosen.push(fact);
  }
  return chosen;
}

/** One of each label and network. Networks that are one object are compared as such: in a sweep there are few beside its points. */
function listDistinct(networks: readonly LabelledNetwork[]): LabelledNetwork[] {
  const labels = new Map<NetworkSpec, Set<string>>();
  const distinct = new Map<string, LabelledNetwork>();
  for (const item of networks) {
    const known = labels.get(item.network) ?? new Set();
    if (known.has(item.label)) continue;
    labels.set(item.network, known.add(item.label));
    distinct.set(JSON.stringify([item.label, item.network]), item);
  }
  return [...distinct.values()];
}

/** What a network has in place of a fact: `8`, or a dash if it has no such layer or field. */
export function formatNetworkFact(network: NetworkSpec, fact: string): string {
  return listNetworkFacts(network).get(fact) ?? NOTHING;
}

/** All facts of a network, by the names that tell them apart: `conv1 filters`. */
export function listNetworkFacts(network: NetworkSpec): Map<string, string> {
  const all = nameLayers(network).flatMap(listInside);
  return new Map([
    ['layers', String(all.filter(({ composite }) => composite === null).length)],
    ...all.flatMap(({ name, config, composite }) =>
      Object.entries(config)
        .filter(([field]) => (composite ? COMPOSITE_FACTS.has(field) : field !== 'name'))
        .map(([field, value]): [string, string] => [`${name} ${field}`, formatValue(value)]),
    ),
    ['input', formatValue(network.input)],
    ['loss', network.loss],
    ...(network.heads ? [['heads', formatValue(network.heads)] as const] : []),
  ]);
}

/** Fields of a composite that are of itself: the others tell of the layers inside of it. */
const COMPOSITE_FACTS: ReadonlySet<string> = new Set(['inputs', 'join']);

/** The layer, and those that a composite is made of behind it. */
function listInside(layer: NamedLayer): readonly NamedLayer[] {
  const branches = layer.composite?.branches ?? [];
  return [layer, ...branches.flatMap(({ layers }) => layers.flatMap(listInside))];
}

function formatValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function countDistinct(keys: readonly unknown[]): number {
  return new Set(keys.map((key) => JSON.stringify(key))).size;
}
