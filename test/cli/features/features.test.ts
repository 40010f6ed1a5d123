import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { saveModel } from '../../../src/checkpoint/save.js';
import { runSweepCommand } from '../../../src/cli/sweep/command.js';
import { runTrainCommand } from '../../../src/cli/train/command.js';
import { createTrainEngine } from '../../../src/cli/train/engine.js';
import { readImage } from '../../../src/image/read-image.js';
import { writePng } from '../../../src/image/write-png.js';
import { train } from '../../../src/train.js';
import { makeFolder } from '../../experiment/fake-runs.js';
import { writeClasses } from '../../helpers/picture-folder.js';
import { makeTinyDataset } from '../../helpers/tiny-dataset.js';
import { capture, features } from '../fake-command.js';

const SMALL = ['epochs=1', 'trainCount=60', 'testCount=20'].flatMap((field) => ['--set', field]);
const PATTERN = 'INPUT(28x28x1) -> CONV(5,4) -> POOL(4) -> FC(10)';

describe('features', () => {
  it("writes a trained network's kernels and an example's feature maps", async () => {
    const out = join(makeFolder(), 'sheets');
    const { exitCode, out: table, err } = await features([PATTERN, ...SMALL, '--out', out, '--example', '3']);
    expect(exitCode).toBe(0);
    const files = [
      '00-input-image.png',
      '01-convolution1-kernels.png',
      '01-convolution1-maps.png',
      '02-relu1-maps.png',
      '03-max-pooling1-maps.png',
      '04-fully-connected1-kernels.png',
      'index.html',
    ];
    expect(readdirSync(out).sort()).toEqual(files);
    for (const file of files) expect(table).toContain(join(out, file));
    expect(table).toContain('kernels of 5×5: 4 filters, 1 input channel');
    expect(err).toMatch(
      /^epoch 1\/1: train loss [\d.]+, test error [\d.]+%\ntest image 3, labelled 1: predicted \d\n$/,
    );
    const { height, width } = await readImage(join(out, '01-convolution1-maps.png'));
    // Two by two maps of 24×24, enlarged, below three lines and beside labels.
    const grid = 2 + 2 * (20 * 24 + 2);
    expect([height, width]).toEqual([10 + 3 * 22 + 5 + grid + 10, 80 + grid + 10]);
    const page = readFileSync(join(out, 'index.html'), 'utf8');
    expect([...page.matchAll(/<img src="([^"]+)"/g)].map(([, file]) => file)).toEqual(files.slice(0, -1));
    expect(page).toMatch(/<p class="subtitle">test image 3, labelled 1: predicted \d<\/p>/);
    expect(page).toContain('convolution1: convolution, 4; 5×5; p=0, st=1</h2>');
    expect(page).toContain(`width="${width}" height="${height}"`);
  });

  it('refuses to train what cannot learn, unless it is forced', async () => {
    const out = join(makeFolder(), 'sheets');
    const lone = ['INPUT(28x28x1) -> CONV(5,4) -> POOL(4) -> FC(8) -> BN -> FC(10)', ...SMALL, '--out', out];
    const command = [...lone, '--set', 'batchSize=1', '--layer', 'convolution1'];
    expect(await features(command)).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/batch-normalization1: .* with --force /),
    });
    const { exitCode, err } = await features([...command, '--force']);
    expect([exitCode, err]).toEqual([
      0,
      expect.stringMatching(/^warning: .*batch-normalization1: expected /),
    ]);
  });

  it('trains a recorded run again and says whether it ended as then', async () => {
    const db = join(makeFolder(), 'experiments.db');
    const args = ['15.6b', ...SMALL, '--db', db];
    await capture((streams) => runSweepCommand(args, streams, createTrainEngine(streams.err)));
    const out = makeFolder();
    const { exitCode, err } = await features([
      '--run',
      '1',
      '--db',
      db,
      '--out',
      out,
      '--layer',
      'convolution1',
    ]);
    expect([exitCode, readdirSync(out).sort()]).toEqual([
      0,
      ['01-convolution1-kernels.png', '01-convolution1-maps.png', 'index.html'],
    ]);
    expect(err).toContain('the weights are the recorded ones\n');
  });

  it('takes a picture of its own', async () => {
    const folder = makeFolder();
    const image = join(folder, 'white.png');
    await writePng(image, { height: 5, width: 9, channels: 3, pixels: new Uint8Array(135).fill(255) });
    const out = join(folder, 'sheets');
    const { err } = await features([PATTERN, ...SMALL, '--image', image, '--out', out, '--layer', 'relu1']);
    expect(err).toMatch(/white\.png: predicted \d\n$/);
    expect(readdirSync(out)).toEqual(['02-relu1-maps.png', 'index.html']);
  });

  it('draws a saved network as it is, without data where there is a picture', async () => {
    const folder = makeFolder();
    const model = join(folder, 'model');
    const dataset = makeTinyDataset({ train: 60, test: 20 });
    const trained = await train({ network: PATTERN, epochs: 1 }, { dataset, workers: 1 });
    await saveModel({ ...trained, spec: { ...trained.spec, dataset: 'none' } }, model);
    const image = join(folder, 'white.png');
    await writePng(image, { height: 28, width: 28, channels: 1, pixels: dataset.test.pixels.slice(0, 784) });
    const out = join(folder, 'sheets');
    const { exitCode, err } = await features([model, '--image', image, '--out', out]);
    expect([exitCode, err]).toEqual([0, `${image}: predicted ${trained.predicted[0]}\n`]);
    expect(readdirSync(out)).toHaveLength(7);
    const numbers = await features([model, '--image', image, '--layer', 'fully-connected1', '--out', out]);
    expect([numbers.exitCode, numbers.out]).toEqual([0, expect.stringContaining('kernels of 6×6')]);
    const bytes = readFileSync(model);
    bytes[bytes.length - 3]! ^= 1;
    writeFileSync(model, bytes);
    const changed = await features([model, '--image', image, '--out', out]);
    expect([changed.exitCode, changed.err]).toEqual([2, expect.stringContaining('with --ignore-hash')]);
    const ignored = await features([model, '--image', image, '--out', out, '--ignore-hash']);
    expect([ignored.exitCode, ignored.err]).toEqual([
      0,
      expect.stringMatching(/^warning: .* loaded all the same\.\n/),
    ]);
    const onMnist = join(folder, 'on-mnist');
    await saveModel({ ...trained, spec: { ...trained.spec, dataset: 'mnist' } }, onMnist);
    const example = await features([onMnist, '--layer', 'relu1', '--out', out]);
    expect([example.exitCode, example.err]).toEqual([
      0,
      expect.stringMatching(
        /^warning: .*: expected the data set mnist that it was trained on .*\ntest image 1, /,
      ),
    ]);
    const other = await features([model, '--epochs', '2']);
    expect(other.exitCode).toBe(2);
    expect(other.err).toMatch(/^features: expected a saved network as it is, found --epochs 2 too\./);
    for (const option of [['--workers', '1'], ['--force']]) {
      const { exitCode, err } = await features([onMnist, ...option]);
      expect([exitCode, err]).toEqual([
        2,
        `${option[0]}: expected a network that is to be trained, found one that is saved. Leave it out.\n`,
      ]);
    }
  });

  it("takes data of one's own, for a network that is trained, recorded or saved", async () => {
    vi.stubEnv('CONVOY_CACHE', join(makeFolder(), 'cache'));
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const folder = makeFolder();
    const photos = join(folder, 'photos');
    await writeClasses(photos, ['cat', 'dog'], 5);
    const network = 'INPUT(4x4x3) -> CONV(3,2) -> FC(2)';
    const data = ['--data', photos, '--data-option', 'resize=4x4'];
    const [model, db, out] = ['model', 'runs.db', 'sheets'].map((name) => join(folder, name)) as string[];
    const args = [network, '--epochs', '2', ...data, '--db', db!, '--save', model!];
    await capture((streams) => runTrainCommand(args, streams, createTrainEngine(streams.err)));
    const subjects = [[network, '--epochs', '1'], ['--run', '1', '--db', db!], [model!]];
    for (const subject of subjects) {
      const { exitCode, err } = await features([...subject, ...data, '--example', '2', '--out', out!]);
      expect(exitCode, err).toBe(0);
      expect(err).toMatch(/\ntest image 2, labelled dog: predicted (cat|dog)\n$/);
      expect(err).not.toContain('warning');
      expect(err.includes('the weights are the recorded ones')).toBe(subject[0] === '--run');
    }
    const otherwise = [...data, '--data-option', 'splitSeed=1'];
    expect((await features([model!, ...otherwise, '--out', out!])).err).toMatch(
      /warning: .* that it was trained on .* Give its own with --data, or a picture with --image\./,
    );
    const large = await features([model!, '--data', photos, '--out', out!]);
    expect([large.exitCode, large.err]).toEqual([2, expect.stringContaining('with resize=4x4')]);
    const idle = await features([model!, ...data, '--image', join(photos, 'cat', '0.png')]);
    expect([idle.exitCode, idle.err]).toEqual([2, expect.stringMatching(/^--data: expected it or --image/m)]);
  });

  it('draws no picture of channels that a picture has not', async () => {
    const folder = makeFolder();
    const model = join(folder, 'model');
    const dataset = makeTinyDataset({ train: 20, test: 10, shape: { height: 4, width: 4, channels: 4 } });
    await saveModel(await train({ network: 'INPUT(4x4x4) -> FC(10)', epochs: 1 }, { dataset }), model);
    const image = join(folder, 'white.png');
    await writePng(image, { height: 4, width: 4, channels: 1, pixels: new Uint8Array(16) });
    const { exitCode, err } = await features([model, '--image', image]);
    expect([exitCode, err]).toEqual([
      2,
      expect.stringContaining('expected a network for grey or coloured pictures, found one for 4 channels'),
    ]);
  });

  it.each([
    [
      [PATTERN, '--layer', 'convolution2'],
      /^--layer: unknown layer 'convolution2'\. Did you mean 'convolution1'\?/,
    ],
    [[PATTERN, '--example', '10001'], /^--example: expected a test image from 1 to 10000, found 10001\./],
    [[PATTERN, '--image', 'none.png'], /^none\.png: expected a picture, found nothing there/],
    [['SK', '--run', '1'], /^features: expected a network or --run, found both \(SK\)/],
    [[PATTERN, '--ignore-hash'], /^--ignore-hash: expected a saved network, found INPUT/],
    [['--run', '1', '--ignore-hash'], /^--ignore-hash: expected a saved network, found --run/],
    [[PATTERN, '--db', 'a.db'], /^--db: expected it with --run, found none\. Leave it out\.\n$/],
    [[PATTERN, '--background', 'white'], /^--background: expected it with --image, found none\./],
    [
      [PATTERN, '--image', 'a.png', '--example', '2'],
      /^--example: expected a test image or --image, found both\./,
    ],
    [['three-layer'], /expected images of 32×32×3, found 28×28×1 in mnist/],
    [[], /^features: expected a network/],
  ])('refuses %j before it trains', async (args, message) => {
    const out = join(makeFolder(), 'sheets');
    const { exitCode, err } = await features([...args, '--out', out]);
    expect([exitCode, existsSync(out)]).toEqual([2, false]);
    expect(err).toMatch(message);
  });
});
