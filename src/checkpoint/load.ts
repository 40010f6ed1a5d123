import { z } from 'zod';
import { nameCommand } from '../core/command-name.js';
import { UserError } from '../core/errors.js';
import { parseJson } from '../core/json.js';
import { parseWith } from '../core/parse.js';
import { sizeOf } from '../core/shape.js';
import type { OutputNames } from '../dataset/output-names.js';
import { BACKGROUNDS, FITS, type PictureReading } from '../image/read-image.js';
import { loadPlugins, type PluginSource } from '../plugins/load.js';
import type { Plugins } from '../plugins/plugins.js';
import { expectFunction, expectPlugins } from '../run/check-options.js';
import { hashWeights } from '../run/conclude.js';
import { resolveRunSpec } from '../run/spec.js';
import { countNumbers, isHalf } from '../safetensors/format.js';
import type { Header } from '../safetensors/header.js';
import { type ReadFile, readSafetensors } from '../safetensors/read.js';
import type { Checkpoint } from './checkpoint.js';
import {
  checkFinite,
  cutWeights,
  expandNormalization,
  FORMAT,
  type LayerTensor,
  layOutNetwork,
  listNormalizationShapes,
  MEAN,
  SCALE,
  UNCHECKED_VERSION,
  VERSION,
} from './layout.js';

const metadataSchema = z.object({ format: z.string(), version: z.string() });
const contentSchema = z.object({
  spec: z.string(),
  classes: z.string(),
  data: z.string().optional(),
  weightsSha256: z.string().optional(),
  pictures: z.string().optional(),
});
/** Of a regression. */
const targetContentSchema = contentSchema.omit({ classes: true }).extend({ targets: z.string() });
const namesSchema = z.array(z.string()).min(1);
const picturesSchema = z.strictObject({
  fit: z.enum(FITS).exactOptional(),
  background: z.enum(BACKGROUNDS).exactOptional(),
});

/** What the metadata say of the tensors. */
interface Description extends Pick<Checkpoint, 'spec' | 'datasetSha256' | 'pictures'> {
  readonly names: OutputNames;
  readonly tensors: readonly LayerTensor[];
  readonly version: string;
  /** Of files that have no checksum of their own. */
  readonly weightsSha256: string | undefined;
}

export interface LoadOptions {
  /** Those that the network was trained with, if any. */
  readonly plugins?: PluginSource;
  /** Loads a file whose bytes are not those that were written all the same. */
  readonly ignoreHash?: boolean;
  /** Told of such a file. Default: a warning of the process. */
  readonly onWarning?: (message: string) => void;
}

export const loadOptionsSchema = z.strictObject({
  plugins: expectPlugins(),
  ignoreHash: z.boolean().optional(),
  onWarning: expectFunction(),
} satisfies Record<keyof LoadOptions, z.ZodType>);

/**
 * Reads a checkpoint that `saveModel` has written.
 *
 * @throws UserError if it is no such file, is cut, has been changed, needs a plugin that is not at hand or not the same, has numbers that are not
 *   finite, or tensors that are not those of its spec
 */
export async function loadCheckpoint(
  file: string,
  { plugins: source = [], ignoreHash = false, onWarning = emitWarning }: LoadOptions = {},
): Promise<Checkpoint> {
  const plugins = await loadPlugins(source);
  let description: Description | null = null;
  let weights = new Float32Array(0);
  const places = new Map<string, Float32Array>();
  const accept = (header: Header) => {
    description = describeCheckpoint(header, file, plugins);
    checkTensors(header, description, file);
    weights = new Float32Array(countWeights(description.tensors));
    for (const { name, values } of cutWeights(description.tensors, weights)) places.set(name, values);
  };
  const { tensors, checksum } = await readSafetensors(file, accept, (name) => places.get(name));
  const { spec, names, datasetSha256, pictures } = description!;
  const valuesOf = (name: string) => tensors.get(name)!.values as Float32Array;
  if (!isAsWritten(checksum, description!, weights)) {
    const found = `${file}: expected the bytes that were written, as the checksum in it says, found others`;
    if (!ignoreHash) {
      throw new UserError(
        `${found}. The file has been changed or damaged: save or copy it again, or load it all the same with --ignore-hash ` +
          '(ignoreHash in a program).',
      );
    }
    onWarning(`${found}. It is loaded all the same.`);
  }
  for (const name of tensors.keys()) checkFinite(valuesOf(name), `${file}: ${name}`);
  const { input } = spec.network;
  const normalization = {
    mean: expandNormalization(valuesOf(MEAN), input),
    scale: expandNormalization(valuesOf(SCALE), input),
  };
  const data = datasetSha256 === undefined ? {} : { datasetSha256 };
  return { spec, ...data, ...names, ...(pictures && { pictures }), normalization, weights };
}

/** A file of the first version has at most a checksum of its weights. */
function isAsWritten(
  checksum: ReadFile['checksum'],
  { version, weightsSha256 }: Pick<Description, 'version' | 'weightsSha256'>,
  weights: Float32Array,
): boolean {
  if (checksum !== 'absent' || version !== UNCHECKED_VERSION) return checksum === 'right';
  if (weightsSha256 === undefined) return true;
  return weightsSha256 === hashWeights(weights);
}

function emitWarning(message: string): void {
  process.emitWarning(message, 'ConvoyWarning');
}

function countWeights(tensors: readonly LayerTensor[]): number {
  return tensors.reduce((sum, { shape }) => sum + countNumbers(shape), 0);
}

function describeCheckpoint({ metadata }: Header, file: string, plugins: Plugins): Description {
  const known = metadataSchema.safeParse(metadata);
  if (!known.success || known.data.format !== FORMAT) {
    throw new UserError(
      `${file}: expected a checkpoint of Convoy's, found metadata without its format and version. ` +
        `Take a file that ${nameCommand('train')} --save or saveModel has written.`,
    );
  }
  const { version } = known.data;
  if (version !== VERSION && version !== UNCHECKED_VERSION) {
    throw new UserError(
      `${file}: expected a checkpoint of version ${VERSION}, found ${version}. Use the program that wrote it.`,
    );
  }
  const schema = metadata.targets === undefined ? contentSchema : targetContentSchema;
  const content = parseWith(schema, metadata, `${file}: metadata`);
  const spec = resolveRunSpec(parseJson(content.spec, `${file}: spec`), `${file}: spec`, plugins);
  const { tensors, classes: outputs } = layOutNetworkOf(spec, file, plugins);
  const names = readNames(content, outputs, file);
  const { weightsSha256, data: datasetSha256 } = content;
  return {
    spec,
    names,
    tensors,
    version,
    weightsSha256,
    ...(datasetSha256 === undefined ? {} : { datasetSha256 }),
    ...(content.pictures === undefined
      ? {}
      : { pictures: readPictures(content.pictures, `${file}: pictures`) }),
  };
}

function readPictures(text: string, where: string): PictureReading {
  return parseWith(picturesSchema, parseJson(text, where), where);
}

/** What the outputs are called. There may be more outputs than classes, but not than targets. */
function readNames(
  content: z.output<typeof contentSchema> | z.output<typeof targetContentSchema>,
  outputs: number,
  file: string,
): OutputNames {
  const read = (text: string, where: string) => parseWith(namesSchema, parseJson(text, where), where);
  if ('classes' in content) {
    const classNames = read(content.classes, `${file}: classes`);
    if (classNames.length <= outputs) return { classNames };
    throw new UserError(
      `${file}: classes: expected at most ${outputs} names, one an output, found ${classNames.length}.`,
    );
  }
  const targetNames = read(content.targets, `${file}: targets`);
  if (targetNames.length === outputs) return { classNames: [], targetNames };
  throw new UserError(
    `${file}: targets: expected ${outputs} names, one an output, found ${targetNames.length}.`,
  );
}

/** A mistake in the network is one in the file. */
function layOutNetworkOf({ network }: Checkpoint['spec'], file: string, { layers }: Plugins) {
  try {
    return layOutNetwork(network, layers);
  } catch (error) {
    throw error instanceof UserError ? new UserError(`${file}: spec: ${error.message}`) : error;
  }
}

/** Characters of a text in a message. */
const MAX_EXCERPT = 40;

/** A normalisation of one number a channel becomes one of each input: how far it may grow beyond the file. */
const MOST_EXTRA_BYTES = 48 * 2 ** 20;

/** Holds the tensors that are there against those that the spec asks for. */
function checkTensors({ tensors }: Header, { spec, tensors: layers }: Description, file: string): void {
  const { input } = spec.network;
  const dataBytes = [...tensors.values()].reduce((greatest, { end }) => Math.max(greatest, end), 0);
  if (2 * Float32Array.BYTES_PER_ELEMENT * sizeOf(input) > dataBytes + MOST_EXTRA_BYTES) {
    throw new UserError(
      `${file}: spec: expected a smaller input for a file of ${dataBytes} bytes of tensors, found one of ${formatShape([input.height, input.width, input.channels])}. Check the file.`,
    );
  }
  const normalization = listNormalizationShapes(input);
  const expected = new Map<string, readonly (readonly number[])[]>([
    [MEAN, normalization],
    [SCALE, normalization],
    ...layers.map(({ name, shape }) => [name, [shape]] as const),
  ]);
  for (const [name, shapes] of expected) {
    const wanted = shapes.map(formatShape).join(' or ');
    const found = tensors.get(name);
    if (found === undefined) {
      throw new UserError(`${file}: expected a tensor '${name}' (${wanted}) for its spec, found none.`);
    }
    if (found.dtype !== 'F32' && !isHalf(found.dtype)) {
      throw new UserError(
        `${file}: ${name}: expected numbers of type F32, F16 or BF16, found ${found.dtype}.`,
      );
    }
    if (!shapes.some((shape) => formatShape(shape) === formatShape(found.shape))) {
      throw new UserError(
        `${file}: ${name}: expected the shape ${wanted} of its spec, found ${formatShape(found.shape)}.`,
      );
    }
  }
  const extra = [...tensors.keys()].find((name) => !expected.has(name));
  if (extra === undefined) return;
  throw new UserError(
    `${file}: expected the tensors of its spec alone, found '${extra.slice(0, MAX_EXCERPT)}' too.`,
  );
}

function formatShape(shape: readonly number[]): string {
  return shape.join('×') || 'one number';
}
