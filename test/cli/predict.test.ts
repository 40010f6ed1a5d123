import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { saveModel } from '../../src/checkpoint/save.js';
import { findRunFolder } from '../../src/experiment/run-folder.js';
import { writePng } from '../../src/image/write-png.js';
import type { TrainResult } from '../../src/run/types.js';
import { train } from '../../src/train.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';
import { predictCommand } from './fake-command.js';
import { recordSeeds } from './runs/recorded-seeds.js';

const dataset = makeTinyDataset({ train: 300, test: 20 });
let trained: TrainResult;
beforeAll(async () => {
  const spec = { model: 'BN', epochs: 2, batchSize: 25, learningRate: 0.01 };
  trained = await train(spec, { dataset, workers: 1 });
});

/** A model, and the first test images. */
async function makeFiles(): Promise<{ model: string; images: string[]; folder: string }> {
  const folder = makeFolder();
  const model = join(folder, 'model.safetensors');
  await saveModel(trained, model);
  const images = Array.from({ length: 18 }, (_, i) => join(folder, `${i}.png`));
  for (const [i, file] of images.entries()) {
    const pixels = dataset.test.pixels.slice(784 * i, 784 * (i + 1));
    await writePng(file, { height: 28, width: 28, channels: 1, pixels });
  }
  return { model, images, folder };
}

describe('predict', () => {
  it('prints the most likely classes of each image', async () => {
    const { model, images } = await makeFiles();
    const { exitCode, out, err } = await predictCommand([model, ...images, '--top', '2']);
    expect([exitCode, err]).toEqual([0, '']);
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(3 * images.length);
    for (const [i, image] of images.entries()) {
      expect(lines[3 * i]).toBe(image);
      expect(lines[3 * i + 1]).toMatch(new RegExp(`^ {2}[ \\d]{3}\\.\\d\\d% {2}${trained.predicted[i]}$`));
    }
    expect((await predictCommand([model, images[0]!])).out.trimEnd().split('\n')).toHaveLength(6);
  });

  it('refuses a model that has been changed, unless it is asked to take it all the same', async () => {
    const { model, images } = await makeFiles();
    const bytes = readFileSync(model);
    bytes[bytes.length - 2]! ^= 1;
    writeFileSync(model, bytes);
    const refusal = await predictCommand([model, images[0]!]);
    expect(refusal).toMatchObject({ exitCode: 2, out: '' });
    expect(refusal.err).toMatch(/model\.safetensors: expected the bytes .*--ignore-hash/);
    const { exitCode, out, err } = await predictCommand([model, images[0]!, '--ignore-hash']);
    expect([exitCode, out.split('\n')[0]]).toEqual([0, images[0]]);
    expect(err).toMatch(/^warning: \S*model\.safetensors: .*It is loaded all the same\.\n$/);
  });

  it('prints with --json one object an image', async () => {
    const { model, images } = await makeFiles();
    const { out } = await predictCommand([model, ...images, '--top', '3', '--json']);
    const objects = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(objects.map(({ image }) => image)).toEqual(images);
    expect(objects.map(({ classes }) => classes[0].index)).toEqual([...trained.predicted.slice(0, 18)]);
    expect(objects[0].classes).toHaveLength(3);
    expect(objects[0].classes[0]).toEqual({
      name: String(trained.predicted[0]),
      index: trained.predicted[0],
      probability: expect.closeTo(1, 0),
    });
  });

  it('answers for the images that can be read, tells of the others, and exits with 1', async () => {
    const { model, images, folder } = await makeFiles();
    const broken = join(folder, 'broken.png');
    writeFileSync(broken, readFileSync(images[1]!).subarray(0, 90));
    const gone = join(folder, 'gone.png');
    const { exitCode, out, err } = await predictCommand([
      model,
      images[0]!,
      broken,
      gone,
      images[1]!,
      '--top',
      '1',
    ]);
    expect(exitCode).toBe(1);
    expect(out.split('\n').filter((line) => line.startsWith('/'))).toEqual([images[0], images[1]]);
    const [ofBroken, ofGone, ...more] = err.trimEnd().split('\n');
    expect(ofBroken).toMatch(/broken\.png: expected a PNG, JPEG or WebP picture, found a broken png/);
    expect(ofGone).toMatch(/gone\.png: expected a picture, found nothing there\. Check the path\.$/);
    expect(more).toEqual([]);
    const asJson = await predictCommand([model, images[0]!, broken, gone, images[1]!, '--json']);
    expect(asJson.exitCode).toBe(1);
    expect(asJson.err.split('\n').map((line) => line.split(':')[0])).toEqual([broken, gone, '']);
    const objects = asJson.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(objects.map(({ image }) => image)).toEqual([images[0], broken, gone, images[1]]);
    expect(objects.map(({ error }) => error)).toEqual([
      undefined,
      expect.stringContaining('found a broken png'),
      ofGone,
      undefined,
    ]);
    expect(objects.map(({ classes }) => classes?.[0].index)).toEqual([
      trained.predicted[0],
      undefined,
      undefined,
      trained.predicted[1],
    ]);
  });

  it('lays transparent pictures on white or black, and says so', async () => {
    const { model, folder } = await makeFiles();
    const digit = join(folder, 'digit.png');
    const raw = { height: 28, width: 28, channels: 4 as const };
    const seven = dataset.test.pixels.slice(0, 784);
    await sharp(
      Uint8Array.from({ length: 4 * 784 }, (_, i) => (i % 4 === 3 ? seven[i >> 2]! : 255)),
      { raw },
    )
      .png()
      .toFile(digit);
    const black = await predictCommand([model, digit, '--background', 'black', '--top', '1']);
    expect(black.out).toContain(`  ${trained.predicted[0]}\n`);
    expect(black.err).toBe(`${digit}: transparent parts are black; --background white makes them white\n`);
    const white = await predictCommand([model, digit]);
    expect(white.err).toBe(`${digit}: transparent parts are white; --background black makes them black\n`);
    expect(white.out).not.toContain(black.out);
  });

  it('combines several networks, and the networks of recorded runs', async () => {
    const { model, images } = await makeFiles();
    const { db } = await recordSeeds(2);
    for (const id of [1, 2]) {
      const folder = findRunFolder(db, id);
      mkdirSync(folder, { recursive: true });
      copyFileSync(model, join(folder, 'model.safetensors'));
    }
    const alone = await predictCommand([model, images[0]!, images[1]!]);
    for (const files of [
      [model, model],
      ['--run', '1-2', '--db', db],
      ['--run', '2', '--db', db, model],
    ]) {
      const { exitCode, out, err } = await predictCommand([...files, images[0]!, images[1]!]);
      expect([exitCode, out, err]).toEqual([0, alone.out, '']);
    }
    const vote = await predictCommand([model, model, images[0]!, '--combine', 'vote', '--top', '1']);
    expect(vote.out).toBe(`${images[0]}\n  100.00%  ${trained.predicted[0]}\n`);
    rmSync(findRunFolder(db, 2), { recursive: true });
    const gone = await predictCommand(['--run', '1-2', '--db', db, images[0]!]);
    expect(gone).toMatchObject({ exitCode: 2, out: '' });
    expect(gone.err).toMatch(/^run 2: expected its network in \S*model\.safetensors, found none\./);
  });

  it('is told in one line what is wrong, and exits with 2', async () => {
    const { model, images, folder } = await makeFiles();
    const text = join(folder, 'text.png');
    writeFileSync(text, 'no image');
    for (const [args, message] of [
      [[], "predict: missing required argument 'file'"],
      [[model], 'predict: expected images behind the networks, found none.'],
      [[model, model], 'predict: expected images behind the networks, found none.'],
      [[model, images[0]!, '--combine', 'best'], "--combine: unknown way 'best'. Valid: mean, vote."],
      [
        [model, images[0]!, '--combine', 'mean'],
        '--combine: expected several networks, found one. Leave it out.',
      ],
      [
        [model, images[0]!, '--db', 'runs.db'],
        '--db: expected it with --run, found files alone. Leave it out.',
      ],
      [[images[0]!, model], `${images[0]}: expected a safetensors file, found a header of`],
      [[join(folder, 'no'), images[0]!], 'expected a safetensors file, found nothing there.'],
      [[folder, images[0]!], 'expected a safetensors file, found a folder.'],
      [[model, text], `${text}: expected a PNG, JPEG or WebP picture`],
      [[model, join(folder, 'no.png')], 'expected a picture, found nothing there.'],
      [
        [model, images[0]!, '--background', 'grey'],
        "--background: unknown colour 'grey'. Valid: white, black.",
      ],
      [[model, images[0]!, '--top', '0'], "--top: expected a whole number from 1 to 65536, found '0'."],
    ] as const) {
      const { exitCode, out, err } = await predictCommand(args);
      expect(err).toContain(message);
      expect([exitCode, out, err.trimEnd().split('\n').length]).toEqual([2, '', 1]);
    }
  });
});
