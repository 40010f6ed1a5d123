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
import { computeFeatureMaps, type FeatureMaps } from '../../run/feature-maps.js';
import { type FittedRun, fitRun } from '../../run/fit.js';
import { listKernels } from '../../run/layer-kernels.js';
import type { TrainResult } from '../../run/types.js';
import { trainFitted } from '../../train.js';
import { EXIT_CODES } from '../exit.js';
import type { Streams } from '../streams.js';
import { type FeaturesCommand, parseFeaturesArguments } from './options.js';

/**
 * `features <model, pattern or spec file>` or `features --run <id>`: trains a network and draws its kernels and one example's feature maps.
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
  const dataset = await loadDataset(command.spec.dataset);
  const run = fitRun(command.spec, dataset, { plugins: command.plugins });
  const kinds = command.plugins.layers;
  const { spec } = run;
  const names = describeNetwork(spec.network, { kinds }).layers.map(({ name }) => name);
  for (const name of command.layer ?? []) {
    if (!names.includes(name)) throw unknownName('--layer', 'layer', name, names);
  }
  const pixels = await readPixels(dataset, command);
  const { weights, normalization } = await trainAloud(run, command, say);

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
  if (!command.layer) await write('input', 'image', drawPicture(pixels, dataset.shape));
  for (const name of command.layer ?? names) {
    const own = kernels.find((layer) => layer.name === name);
    if (own && hasExtent(own)) await write(name, 'kernels', drawKernels(own));
    const made = maps.find((layer) => layer.name === name);
    if (made && hasExtent(made.shape)) await write(name, 'maps', drawMaps(made));
  }
  const columns = ['file', 'what it shows'].map((title) => ({ title, align: 'left' as const }));
  streams.out.write(formatTable(columns, rows));
  say(describeExample(dataset, command, maps.at(-1)!));
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

/** The example's bytes, h×w×c. */
async function readPixels(
  { shape, test }: Dataset,
  { example, image }: FeaturesCommand,
): Promise<Uint8Array> {
  if (image !== undefined) {
    const channels = shape.channels === 1 ? 1 : 3;
    return (await readImage(image, { size: [shape.height, shape.width], channels })).pixels;
  }
  if (example > test.count) {
    throw new UserError(`--example: expected a test image from 1 to ${test.count}, found ${example}.`);
  }
  return test.pixels.subarray((example - 1) * sizeOf(shape), example * sizeOf(shape));
}

/** `test image 1, a 7: predicted 7` */
function describeExample(
  { classNames, test }: Dataset,
  { example, image }: FeaturesCommand,
  { values }: FeatureMaps,
): string {
  const predicted = classNames[values.indexOf(Math.max(...values))];
  if (image !== undefined) return `${image}: predicted ${predicted}`;
  return `test image ${example}, labelled ${classNames[test.labels[example - 1]!]}: predicted ${predicted}`;
}
