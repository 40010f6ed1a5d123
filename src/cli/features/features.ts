import { decodeFor } from '../../checkpoint/model-images.js';
import { UserError, unknownName } from '../../core/errors.js';
import { formatShape, sizeOf } from '../../core/shape.js';
import type { Dataset } from '../../dataset/dataset.js';
import { loadDataset } from '../../dataset/load.js';
import type { OutputNames } from '../../dataset/output-names.js';
import { describeNetwork } from '../../network/describe.js';
import { layOutKernels, layOutMaps, layOutPicture } from '../../report/feature-sheets.js';
import { describeTest, formatTarget } from '../../report/measures.js';
import { formatTable } from '../../report/tables.js';
import { computeFeatureMaps } from '../../run/feature-maps.js';
import { checkInput, type FittedRun, fitRun } from '../../run/fit.js';
import { listKernels } from '../../run/layer-kernels.js';
import type { TrainResult } from '../../run/types.js';
import { trainFitted } from '../../train.js';
import { tellBackground } from '../background-option.js';
import { EXIT_CODES } from '../exit.js';
import { describeOtherData } from '../other-data.js';
import { type Streams, widthOf } from '../streams.js';
import { printWarnings } from '../warnings.js';
import { type FeaturesCommand, parseFeaturesArguments } from './options.js';
import { type LayerSheets, writeSheets } from './write-sheets.js';

/**
 * `features <model, pattern or file>` or `features --run <id>`: trains a network, or takes a saved one, and draws its kernels and one example's
 * feature maps.
 *
 * @returns the exit code
 * @throws UserError for wrong usage, a wrong spec, an unknown run or layer, a picture that cannot be read
 */
export async function main(args: readonly string[], streams: Streams): Promise<number> {
  const command = await parseFeaturesArguments(args, streams);
  if (command === null) return EXIT_CODES.done;
  const say = (line: string) => {
    streams.err.write(`${line}\n`);
  };
  const { spec, trained, image: picture, plugins } = command;
  const kinds = plugins.layers;
  const { input } = spec.network;
  // A saved network and a picture need no data.
  const dataset =
    trained && picture !== undefined ? null : (command.own?.dataset ?? (await loadDataset(spec.dataset)));
  // Data under another name are asked for as they are.
  const isNamed = dataset?.name === spec.dataset;
  const other = trained && isNamed && describeOtherData(spec.model, trained, dataset);
  if (other) say(`warning: ${other} Give its own with --data, or a picture with --image.`);
  const run = trained || dataset === null ? null : fitRun(spec, dataset, { plugins });
  if (run) printWarnings([run], command.force, streams.err);
  else if (dataset) checkInput(spec, dataset);
  const layers = describeNetwork(spec.network, { kinds }).layers;
  const names = layers.map(({ name }) => name);
  for (const name of command.layer ?? []) {
    if (!names.includes(name)) throw unknownName('--layer', 'layer', name, names);
  }
  const pixels =
    picture === undefined ? takeExample(dataset!, command) : await readPicture(picture, command, say);
  const { weights, normalization, ...outputs } = trained ?? (await trainAloud(run!, command, say));

  const { mean, scale } = normalization;
  const image = Float32Array.from(pixels, (pixel, i) => (pixel - mean[i]!) * scale[i]!);
  const maps = computeFeatureMaps(spec.network, weights, image, kinds);
  const kernels = listKernels(spec.network, weights, kinds);
  const sheets = (command.layer ?? names).map((name): LayerSheets => {
    const { kind, description } = layers[names.indexOf(name)]!;
    const own = kernels.find((layer) => layer.name === name);
    const made = maps.find((layer) => layer.name === name);
    return {
      number: names.indexOf(name) + 1,
      name,
      description: description === '' ? kind : `${kind}, ${description}`,
      sheets: {
        ...(own && hasExtent(own) && { kernels: layOutKernels(own) }),
        ...(made && hasExtent(made.shape) && { maps: layOutMaps(made) }),
      },
    };
  });
  const empty = sheets.find((layer) => Object.keys(layer.sheets).length === 0);
  if (command.layer && empty) {
    throw new UserError(
      `--layer: expected a layer with kernels or feature maps of more than one pixel, found ${empty.name}. Leave it out.`,
    );
  }
  const whole: LayerSheets = {
    number: 0,
    name: 'input',
    description: formatShape(input),
    sheets: { image: layOutPicture(pixels, input) },
  };
  const predicted = describeOutputs(outputs, maps.at(-1)!.values);
  const example = `${picture ?? describeExample(dataset!, command)}: predicted ${predicted}`;
  const files = await writeSheets(
    command.out,
    { name: spec.network.name, example },
    command.layer ? sheets : [whole, ...sheets],
  );
  const columns = ['file', 'what it shows'].map((title) => ({ title, align: 'left' as const }));
  streams.out.write(formatTable(columns, files, widthOf(streams.out)));
  say(example);
  return EXIT_CODES.done;
}

/** A single number a channel is no picture. */
function hasExtent({ height, width }: { readonly height: number; readonly width: number }): boolean {
  return height * width > 1;
}

async function trainAloud(
  run: FittedRun,
  { workers, expectedSha256 }: FeaturesCommand,
  say: (line: string) => void,
): Promise<TrainResult> {
  const result = await trainFitted(run, {
    ...(workers === undefined ? {} : { workers }),
    onEpoch: ({ epoch, trainLoss, ...tested }) => {
      const figures = `train loss ${trainLoss.toFixed(4)}, ${describeTest(tested, null)}`;
      say(`epoch ${epoch}/${run.spec.epochs}: ${figures}`);
    },
  });
  if (result.state !== 'done') throw new UserError(`features: ${result.reason}. There is nothing to draw.`);
  if (expectedSha256 !== null) {
    const same = result.weightsSha256 === expectedSha256;
    say(same ? 'the weights are the recorded ones' : 'warning: the weights are not the recorded ones');
  }
  return result;
}

/** Of the test images: its bytes, h×w×c. */
function takeExample({ shape, test }: Dataset, { example }: FeaturesCommand): Uint8Array {
  if (example > test.count) {
    throw new UserError(`--example: expected a test image from 1 to ${test.count}, found ${example}.`);
  }
  return test.pixels.subarray((example - 1) * sizeOf(shape), example * sizeOf(shape));
}

async function readPicture(
  file: string,
  { spec, trained, background }: FeaturesCommand,
  say: (line: string) => void,
): Promise<Uint8Array> {
  const reading = { ...trained?.pictures, ...(background && { background }) };
  const picture = await decodeFor(spec.network.input, file, reading, file);
  tellBackground(file, picture, say, reading.background);
  return picture.pixels;
}

/** `test image 1, labelled 7`; of a regression `test image 1, labelled slope 0.1234`. */
function describeExample({ classNames, targetNames, test }: Dataset, { example }: FeaturesCommand): string {
  const d = targetNames?.length ?? 0;
  const label = targetNames
    ? describeTargets(targetNames, test.targets!.subarray((example - 1) * d, example * d))
    : classNames[test.labels[example - 1]!];
  return `test image ${example}, labelled ${label}`;
}

function describeOutputs({ classNames, targetNames }: OutputNames, outputs: Float32Array): string {
  if (targetNames) return describeTargets(targetNames, outputs);
  const index = outputs.indexOf(Math.max(...outputs));
  return classNames[index] ?? `class ${index}`;
}

/** `slope 0.1234, shift 2.500` */
function describeTargets(names: readonly string[], values: Float32Array): string {
  return names.map((name, i) => `${name} ${formatTarget(values[i]!)}`).join(', ');
}
