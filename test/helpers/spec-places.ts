import { z } from 'zod';
import { LAYER_KINDS } from '../../src/layers/registry.js';
import { nameSiblings } from '../../src/network/named-layers.js';
import { OPTIMIZER_KINDS } from '../../src/optim/optimizers/registry.js';
import { RUN_SPEC_KEYS } from '../../src/run/spec.js';

/** A field of a spec: how `--set` writes its path, and where it is. */
export interface SpecPlace {
  readonly path: string;
  /** Keys and indices; null if the path leads to nothing. */
  readonly place: readonly (string | number)[] | null;
  /** What is there in the spec; undefined for what is not. */
  readonly value: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

/** Fields inside other fields of a spec that need not be there, those of every kind of learning rate and optimizer. */
const INSIDE: Readonly<Record<string, readonly string[]>> = {
  augmentation: [
    'flip',
    'translate',
    'padding',
    'cutout',
    'erasing',
    'erasing.probability',
    'erasing.area',
    'erasing.aspect.0',
    'resizedCrop',
    'resizedCrop.area',
    'colorJitter.hue',
    'randAugment.magnitude',
    'mixing',
    'mixing.mixup',
    'mixing.probability',
  ],
  learningRate: ['kind', 'rate', 'factor', 'every', 'rates', 'points', 'final', 'warmupEpochs'],
  optimizer: [
    'kind',
    ...Object.values(OPTIMIZER_KINDS).flatMap(({ schema }) => fieldsOf(schema)),
    'others.momentum',
  ],
  lookahead: ['every', 'decay', 'power'],
  averaging: ['decay', 'every'],
  minWeightChange: ['epsilon', 'per'],
  network: [
    'name',
    'input',
    'layers',
    'loss',
    'input.0',
    'layers.0.filters',
    'layers.convolution1.filters',
    'layers.-1.units',
  ],
};

/** Paths that lead to nothing in any spec. */
const WRONG = [
  'sede',
  'seed.x',
  '__proto__.seed',
  'constructor.seed',
  'network.layers.__proto__',
  'learningRate.__proto__.rate',
  'augmentation.flipp',
];

/** Every field that a spec has or could have, a layer's each by its name, its index or its index from the end. */
export function listPlaces(spec: Fields): SpecPlace[] {
  const { network } = spec;
  const layers = (network as { layers?: unknown } | undefined)?.layers;
  const above = RUN_SPEC_KEYS.flatMap((key) => [
    { path: key, place: [key], value: spec[key] },
    ...(key === 'network' && Array.isArray(layers) ? [] : (INSIDE[key] ?? [])).map((inside) => ({
      path: `${key}.${inside}`,
      place: [key, ...inside.split('.')],
      value: readPlace(spec, [key, ...inside.split('.')]),
    })),
  ]);
  const wrong = WRONG.map((path) => ({ path, place: null, value: undefined }));
  if (!Array.isArray(layers)) return [...above, ...wrong];
  const inside = ['name', 'input', 'layers', 'loss', 'nmae'].map((key) => ({
    path: `network.${key}`,
    place: ['network', key],
    value: (network as Fields)[key],
  }));
  return [...above, ...wrong, ...inside, ...listLayers(layers, 'network.layers', ['network', 'layers'])];
}

/** What is at a place of a spec; undefined if it is not there. */
export function readPlace(value: unknown, place: readonly (string | number)[]): unknown {
  return place.reduce<unknown>(
    (holder, key) =>
      typeof holder === 'object' && holder !== null && Object.hasOwn(holder, key)
        ? (holder as Record<string | number, unknown>)[key]
        : undefined,
    value,
  );
}

function listLayers(
  layers: readonly Fields[],
  path: string,
  place: readonly (string | number)[],
): SpecPlace[] {
  const names = nameSiblings(layers as readonly { kind: string }[]);
  const outside = [
    `${path}.${layers.length}.kind`,
    `${path}.${-1 - layers.length}.kind`,
    `${path}.nobody.kind`,
  ];
  return [
    ...outside.map((wrong) => ({ path: wrong, place: null, value: undefined })),
    ...layers.flatMap((layer, i) => {
      // In turn, so that each way is taken on every kind of layer.
      const spelt = [names[i]!, String(i), String(i - layers.length)][i % 3]!;
      return listLayer(layer, `${path}.${spelt}`, [...place, i]);
    }),
  ];
}

function listLayer(layer: Fields, path: string, place: readonly (string | number)[]): SpecPlace[] {
  const kind = layer.kind as string;
  const fields = new Set([...Object.keys(layer), ...fieldsOf(LAYER_KINDS[kind]?.schema), 'name', 'dilation']);
  return [
    { path, place, value: layer },
    ...[...fields].flatMap((field) => listField(layer[field], `${path}.${field}`, [...place, field])),
  ];
}

function listField(value: unknown, path: string, place: readonly (string | number)[]): SpecPlace[] {
  const here = { path, place, value };
  const holdsLayers = Array.isArray(value) && value.length > 0 && value.every((item) => isLayer(item));
  if (holdsLayers) return [here, ...listLayers(value as Fields[], path, place)];
  if (typeof value !== 'object' || value === null) return [here];
  const inside = Object.entries(value).flatMap(([key, item]) =>
    listField(item, `${path}.${key}`, [...place, Array.isArray(value) ? Number(key) : key]),
  );
  return [here, ...inside];
}

function isLayer(value: unknown): boolean {
  return typeof (value as { kind?: unknown } | null)?.kind === 'string';
}

/** Names of the options that a zod schema takes. */
function fieldsOf(schema: unknown): string[] {
  if (schema instanceof z.ZodPipe) return fieldsOf(schema.in);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}
