import { z } from 'zod';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { expandNormalization, type LayerTensor, layOutNetwork } from '../checkpoint/layout.js';
import { writeModel } from '../checkpoint/save.js';
import { UserError } from '../core/errors.js';
import { parseJson } from '../core/json.js';
import { parseWith } from '../core/parse.js';
import { checkIsAnother } from '../core/same-file.js';
import { type Shape, sizeOf } from '../core/shape.js';
import { LAYER_KINDS } from '../layers/registry.js';
import { NO_PLUGINS } from '../plugins/plugins.js';
import type { Normalization } from '../run/normalize.js';
import { resolveRunSpec } from '../run/spec.js';
import { countNumbers } from '../safetensors/format.js';
import { type ConvertedGraph, convertGraph } from './import/convert.js';
import { openExternalData } from './import/external-data.js';
import type { LayerDraft } from './import/network-builder.js';
import { readModel } from './import/read-model.js';
import { METADATA } from './metadata.js';

const perChannel = z.array(z.number()).min(1);
const size = z.int().min(1);

const optionsSchema = z.strictObject({
  /** Of torchvision's Normalize: of pixels from 0 to 1, a number for each channel. */
  mean: perChannel.optional(),
  std: z.array(z.number().positive()).min(1).optional(),
  classNames: z.array(z.string()).min(1).optional(),
  dataset: z.string().optional(),
  input: z.tuple([size, size, size]).optional(),
  output: z.string().optional(),
  onNote: z.custom<(note: string) => void>((value) => typeof value === 'function').optional(),
});

/**
 * What an ONNX file does not say. `mean` and `std` are torchvision's, of pixels from 0 to 1: the network's input is (pixel/255 − mean) / std. `input` is the
 * images' [height, width, channels], `output` that of several which is meant. `onNote` is told what was assumed.
 */
export type ImportOptions = z.input<typeof optionsSchema>;

/**
 * Reads a network with its weights from an ONNX file, as far as Convoy has layers for it, and writes it as `saveModel` would. Names of classes, the
 * normalisation and the loss come from the file, where `exportOnnx` has written it, or else from the options.
 *
 * @returns what it has written
 * @throws UserError for an unknown option, what is no ONNX file, nodes without a form among Convoy's layers (all at once), weights that are not finite, or if the
 *   file is the one that is read, or cannot be written
 */
export async function importOnnx(file: string, to: string, options: ImportOptions = {}): Promise<Checkpoint> {
  await checkIsAnother(to, file);
  const checkpoint = await readOnnx(file, options);
  await writeModel(to, checkpoint, { plugins: NO_PLUGINS, about: {} });
  return checkpoint;
}

/** The same without writing. */
export async function readOnnx(file: string, options: ImportOptions = {}): Promise<Checkpoint> {
  const given = parseWith(optionsSchema, options, 'importOnnx: options');
  const model = await readModel(file);
  const converted = convertGraph(model, {
    input: given.input ?? null,
    output: given.output ?? null,
    readExternal: openExternalData(file),
    where: file,
  });
  const texts = new Map(model.metadataProps.map(({ key, value }) => [key, value]));
  const spec = resolveRunSpec(
    {
      network: {
        name: model.graph.name || 'imported',
        input: [converted.input.height, converted.input.width, converted.input.channels],
        layers: describeLayers(converted.layers),
        ...(texts.has(METADATA.loss) ? { loss: texts.get(METADATA.loss) } : {}),
      },
      ...pickDataset(given.dataset ?? texts.get(METADATA.dataset)),
    },
    file,
  );
  const { tensors, classes } = layOutNetwork(spec.network, LAYER_KINDS);
  const weights = joinWeights(tensors, converted.layers, file);
  return {
    spec,
    ...readNames(texts, given.classNames, classes, file),
    normalization: readNormalization(texts, given, converted, file),
    weights,
  };
}

const pickDataset = (dataset: string | undefined) => (dataset === undefined ? {} : { dataset });

/** As a spec has them: what a layer reads is named where it is not the layer before it. */
function describeLayers(drafts: readonly LayerDraft[]): object[] {
  return drafts.map(({ name, fields, inputs }, i) => {
    const before = drafts[i - 1]?.name ?? 'input';
    const isNext = inputs.length === 1 && inputs[0] === before;
    return { ...fields, name, ...(isNext ? {} : { inputs }) };
  });
}

function joinWeights(
  tensors: readonly LayerTensor[],
  drafts: readonly LayerDraft[],
  file: string,
): Float32Array {
  const found = new Map(
    drafts.flatMap(({ name, tensors }) =>
      Object.entries(tensors).map(([part, values]): [string, Float32Array] => [`${name}.${part}`, values]),
    ),
  );
  const weights = new Float32Array(tensors.reduce((sum, { shape }) => sum + countNumbers(shape), 0));
  let at = 0;
  for (const { name, shape } of tensors) {
    const values = found.get(name);
    if (values?.length !== countNumbers(shape)) {
      throw new UserError(
        `${file}: ${name}: expected ${countNumbers(shape)} numbers (${shape.join('×')}), found ${values?.length ?? 'none'}. Check the file.`,
      );
    }
    weights.set(values, at);
    at += values.length;
  }
  return weights;
}

const namesSchema = z.array(z.string()).min(1);

function readNames(
  texts: ReadonlyMap<string, string>,
  given: readonly string[] | undefined,
  outputs: number,
  file: string,
): Pick<Checkpoint, 'classNames' | 'targetNames'> {
  const read = (key: string) => {
    const text = texts.get(key);
    return text === undefined
      ? null
      : parseWith(namesSchema, parseJson(text, `${file}: ${key}`), `${file}: ${key}`);
  };
  const isRegression = texts.has(METADATA.targets);
  const names = given ?? read(isRegression ? METADATA.targets : METADATA.classes);
  // A network that was trained here may have outputs beyond its classes.
  const fits = given || isRegression ? names?.length === outputs : (names?.length ?? 0) <= outputs;
  if (!fits) {
    throw new UserError(
      `${file}: expected names for ${outputs} outputs, found ${names?.length}. Give as many.`,
    );
  }
  if (isRegression) return { classNames: [], targetNames: [...names!] };
  return { classNames: names ? [...names] : Array.from({ length: outputs }, (_, i) => `class ${i}`) };
}

const normalizationSchema = z.object({ mean: z.array(z.number()), scale: z.array(z.number()) });

/** What comes before the graph, by the options or else its own metadata, and what the graph does itself. */
function readNormalization(
  texts: ReadonlyMap<string, string>,
  { mean, std, onNote }: z.output<typeof optionsSchema>,
  graph: ConvertedGraph,
  file: string,
): Normalization {
  const own = { mean: graph.mean, scale: graph.scale };
  const text = texts.get(METADATA.normalization);
  if (mean || std) {
    const given = {
      mean: fill(mean ?? [0], graph.input, 'mean', (value) => 255 * value),
      scale: fill(std ?? [1], graph.input, 'std', (value) => 1 / (255 * value)),
    };
    return combine(given, own);
  }
  if (text !== undefined)
    return combine(parseNormalization(text, graph.input, `${file}: ${METADATA.normalization}`), own);
  if (own.mean.every((value) => value === 0) && own.scale.every((value) => value === 1)) {
    onNote?.(
      `${file} does not say how pixels are normalised: they go in as they are, 0 to 255. Tell it by mean and std otherwise (0.485,0.456,0.406 and 0.229,0.224,0.225 for torchvision's).`,
    );
  }
  return own;
}

/** ((pixel − mean₁)·scale₁ − mean₂)·scale₂ */
function combine(first: Normalization, second: Normalization): Normalization {
  return {
    mean: first.mean.map((mean, i) => mean + second.mean[i]! / first.scale[i]!),
    scale: first.scale.map((scale, i) => scale * second.scale[i]!),
  };
}

function parseNormalization(text: string, input: Shape, where: string): Normalization {
  const found = parseWith(normalizationSchema, parseJson(text, where), where);
  const expand = (values: readonly number[]) => {
    if (values.length === input.channels || values.length === sizeOf(input)) {
      return expandNormalization(Float32Array.from(values), input);
    }
    throw new UserError(
      `${where}: expected a number for each channel, or for each of an image, found ${values.length}. The file is broken.`,
    );
  };
  return { mean: expand(found.mean), scale: expand(found.scale) };
}

function fill(
  values: readonly number[],
  input: Shape,
  name: string,
  change: (value: number) => number,
): Float32Array {
  if (values.length !== 1 && values.length !== input.channels) {
    throw new UserError(
      `${name}: expected a number for each of ${input.channels} channels, or one for all, found ${values.length}.`,
    );
  }
  return expandNormalization(Float32Array.from(values, change), input);
}
