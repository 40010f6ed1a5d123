import { join } from 'node:path';
import { UserError, unknownName } from '../../core/errors.js';
import { sizeOf } from '../../core/shape.js';
import type { Dataset } from '../../dataset/dataset.js';
import { loadDataset } from '../../dataset/load.js';
import { readImage } from '../../image/read-image.js';
import { writePng } from '../../image/write-png.js';
import { describeNetwork } from '../../network/describe.js';
import { drawKernels, drawMaps, drawPicture, type FeatureSheet } from '../../report/feature-sheets.js';
import { formatTable } from '../../report/tables.js';
import { computeFeatureMaps } from '../../run/feature-maps.js';
import { type FittedRun, fitRun } from '../../run/fit.js';
import { listKernels } from '../../run/layer-kernels.js';
import type { TrainResult } from '../../run/types.js';
import { trainFitted } from '../../train.js';
import { tellBackground } from '../background-option.js';
import { EXIT_CODES } from '../exit.js';
import type { Streams } from '../streams.js';
import { printWarnings } from '../warnings.js';
import { type FeaturesCommand, parseFeaturesArguments } from './options.js';

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
  const dataset = trained && picture !== undefined ? null : await loadDataset(spec.dataset);
  const run = dataset && fitRun(spec, dataset, { plugins });
  if (run && !trained) printWarnings([run], command.force, streams.err);
  const names = describeNetwork(spec.network, { kinds }).layers.map(({ name }) => name);
  for (const name of command.layer ?? []) {
    if (!names.includes(name)) throw unknownName('--layer', 'layer', name, names);
  }
  const pixels =
    picture === undefined ? takeExample(dataset!, command) : await readPicture(picture, command, say);
  const { weights, normalization, classNames } = trained ?? (await trainAloud(run!, command, say));

  const { mean, scale } = normalization;
  const image = Float32Array.from(pixels, (pixel, i) => (pixel - mean[i]!) * scale[i]!);
  const maps = computeFeatureMaps(spec.network, weights, image, kinds);
  const kernels = listKernels(spec.network, weights, kinds);
  const rows: string[][] = [];
  const write = async (name: string, what: string, { image, caption }: FeatureSheet) => {
    const number = String(names.indexOf(name) + 1).padStart(2, '0');
    const file = join(command.out, `${number}-${name.replace(/[^\w.-]+/g, '_')}-${what}.png`);
    await writePng(file, image);
    rows.push([file, caption]);
  };
  if (!command.layer) await write('input', 'image', drawPicture(pixels, input));
  for (const name of command.layer ?? names) {
    const own = kernels.find((layer) => layer.name === name);
    if (own && hasExtent(own)) await write(name, 'kernels', drawKernels(own));
    const made = maps.find((layer) => layer.name === name);
    if (made && hasExtent(made.shape)) await write(name, 'maps', drawMaps(made));
  }
  const columns = ['file', 'what it shows'].map((title) => ({ title, align: 'left' as const }));
  streams.out.write(formatTable(columns, rows));
  const predicted = classNames[maps.at(-1)!.values.indexOf(Math.max(...maps.at(-1)!.values))];
  say(`${picture ?? describeExample(dataset!, command)}: predicted ${predicted}`);
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
    onEpoch: ({ epoch, trainLoss, testErrorPercent }) => {
      const figures = `train loss ${trainLoss.toFixed(4)}, test error ${testErrorPercent.toFixed(2)}%`;
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
  { spec, background }: FeaturesCommand,
  say: (line: string) => void,
): Promise<Uint8Array> {
  const { height, width, channels } = spec.network.input;
  const picture = await readImage(file, {
    size: [height, width],
    channels: channels === 1 ? 1 : 3,
    background,
  });
  tellBackground(file, picture, background, say);
  return picture.pixels;
}

/** `test image 1, labelled 7` */
function describeExample({ classNames, test }: Dataset, { example }: FeaturesCommand): string {
  return `test image ${example}, labelled ${classNames[test.labels[example - 1]!]}`;
}
