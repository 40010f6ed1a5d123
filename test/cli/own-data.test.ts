import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { saveModel } from '../../src/checkpoint/save.js';
import { planSweep } from '../../src/experiment/plan-sweep.js';
import { ProcessExecutor } from '../../src/experiment/process-executor.js';
import { resolveRunSpec } from '../../src/run/spec.js';
import { openDataset } from '../../src/sources/open-dataset.js';
import { train } from '../../src/train.js';
import { makeFolder, openStore } from '../experiment/fake-runs.js';
import { writeClasses } from '../helpers/picture-folder.js';
import { check, data, evaluateCommand, sweep, trainCommand } from './fake-command.js';

const NETWORK = 'INPUT(4x4x3) -> FC(2)';

beforeEach(() => {
  vi.stubEnv('CONVOY_CACHE', join(makeFolder(), 'cache'));
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
});

async function makePhotos(): Promise<string> {
  const folder = join(makeFolder(), 'photos');
  await writeClasses(folder, ['cat', 'dog'], 5);
  return folder;
}

describe('--data', () => {
  const makeDb = () => join(makeFolder(), 'experiments.db');

  it('trains on a folder of pictures, recorded by its name and hash', async () => {
    const photos = await makePhotos();
    const db = makeDb();
    const args = ['--data', photos, '--data-option', 'resize=4x4', '--db', db];
    const { exitCode, err, out } = await trainCommand([NETWORK, ...args, '--json']);
    expect(err).toContain('8 training and 2 test images of 4×4×3, 2 classes, called photos');
    expect(exitCode).toBe(0);
    const { sha256 } = await openDataset(photos, { resize: [4, 4] });
    expect(JSON.parse(out).dataset).toBe('photos');
    expect(openStore(db).db.prepare('SELECT dataset_sha256 FROM runs').pluck().all()).toEqual([sha256]);
    const again = await trainCommand([NETWORK, ...args]);
    expect(again.err).toContain('recorded in');
  });

  it('takes the place of the data set that a sweep names', async () => {
    const photos = await makePhotos();
    const grid = join(makeFolder(), 'grid.json');
    writeFileSync(
      grid,
      JSON.stringify({ base: { dataset: 'mnist', network: NETWORK }, grid: { seed: [0, 1] } }),
    );
    const options = ['--data-option', 'resize=4x4', '--data-option', 'name=64x64', '--dry-run', '--json'];
    const { out } = await sweep([grid, '--data', photos, ...options, '--db', makeDb()]);
    const datasets = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).spec.dataset);
    expect(datasets).toEqual(['64x64', '64x64']);
  });

  it.each([
    [['--data-option', 'resize=4x4'], /--data-option: expected it with --data, found it alone/],
    [['--data', ''], /--data: expected a folder or a file, found nothing/],
    [['--data', 'PHOTOS', '--data-option', 'rezise=4x4'], /unknown option 'rezise'. Did you mean 'resize'/],
    [['--data', 'PHOTOS', '--data-option', 'resize'], /expected key=value, found 'resize'/],
    [['--data', 'PHOTOS', '--data-option', 'fit=fill', '--data-option', 'fit=fill'], /expected it once/],
    [['--data', 'PHOTOS', '--data-option', 'fit=stretch'], /fit.*'?stretch/],
    [['--data', 'PHOTOS', '--set', 'dataset=mnist'], /expected each field once, found --set dataset=mnist/],
    [['--data', 'PHOTOS'], /expected images of 4×4×3, found 8×8×3 in photos. Read the data with resize=4x4/],
  ])('refuses %j', async (args, message) => {
    const photos = await makePhotos();
    const given = args.map((arg) => (arg === 'PHOTOS' ? photos : arg));
    const { exitCode, err } = await trainCommand([NETWORK, ...given, '--db', makeDb()]);
    expect(exitCode).toBe(2);
    expect(err).toMatch(message);
  });
});

describe('other commands', () => {
  it('evaluate saved networks on data of one’s own', async () => {
    const photos = await makePhotos();
    const dataset = await openDataset(photos, { resize: [4, 4] });
    const model = join(makeFolder(), 'model.safetensors');
    await saveModel(await train({ network: NETWORK, epochs: 1, testFirst: 2 }, { dataset }), model);
    const others = join(makeFolder(), 'photos');
    await writeClasses(others, ['cat', 'dog'], 10);
    const imagesOf = async (folder: string, ...args: string[]) => {
      const data = ['--data', folder, '--data-option', 'resize=4x4'];
      const { out, err } = await evaluateCommand([model, ...data, '--json', ...args], dataset);
      expect(err).toContain('classes, called');
      return JSON.parse(out).images;
    };
    // Of its own data, whatever they are called, what its spec says; of others all.
    expect(await imagesOf(photos)).toBe(1);
    expect(await imagesOf(photos, '--data-option', 'name=others')).toBe(1);
    expect(await imagesOf(others)).toBe(4);
    expect(await imagesOf(others, '--on', 'train')).toBe(16);
  });

  it('say where data of the name that was trained on are others, or divided in another way', async () => {
    const photos = await makePhotos();
    const dataset = await openDataset(photos, { resize: [4, 4] });
    const model = join(makeFolder(), 'model.safetensors');
    await saveModel(await train({ network: NETWORK, epochs: 1 }, { dataset }), model);
    const errOf = async (...options: string[]) => {
      const given = ['resize=4x4', ...options].flatMap((option) => ['--data-option', option]);
      const { exitCode, err } = await evaluateCommand([model, '--data', photos, ...given], dataset);
      expect(exitCode, err).toBe(0);
      return err;
    };
    expect(await errOf()).not.toContain('warning');
    expect(await errOf('testFraction=0.5')).toMatch(
      /^warning: .* data set photos that it was trained on .* --data-option testFraction and splitSeed\.$/m,
    );
    expect(await errOf('testFraction=0.5', 'name=others')).not.toContain('warning');
  });

  it('check, show and verify data of one’s own', async () => {
    const photos = await makePhotos();
    const small = ['--data', photos, '--data-option', 'resize=4x4'];
    const checked = await check([NETWORK, ...small, '--only', 'first-loss']);
    expect(checked.err).toContain('on photos');
    const refused = await check([NETWORK, '--data', photos, '--only', 'first-loss']);
    expect(refused.err).toMatch(
      /expected a data set that .* takes \(4×4×3\), but photos has images of 8×8×3/,
    );
    const { sha256 } = await openDataset(photos, { resize: [4, 4] });
    const command = (...args: string[]) => data(args, { locate: () => 'data' });
    expect((await command('verify', ...small)).out).toContain(`SHA-256 ${sha256}`);
    const sheet = join(makeFolder(), 'sheet.png');
    expect((await command('show', '--data', photos, '--out', sheet)).out).toContain(sheet);
    for (const args of [
      ['verify', 'mnist', ...small],
      ['show', '--out', sheet],
    ]) {
      const { exitCode, err } = await command(...args);
      expect(exitCode).toBe(2);
      expect(err).toMatch(/expected the name of a data set or --data, found (both|neither)/);
    }
  });
});

describe('a data set of one’s own', () => {
  it('is found by other processes, and trains to the same bits there', async () => {
    const dataset = await openDataset(await makePhotos(), { resize: [4, 4], fit: 'fill' });
    const spec = resolveRunSpec({ network: NETWORK, dataset: 'photos', epochs: 2, batchSize: 2 });
    const [point] = await planSweep([{ spec, where: 'test' }], async () => dataset);
    const executor = new ProcessExecutor({ workers: 1, parallel: 1 }, 1);
    onTestFinished(() => executor.close());
    const result = await executor.run(point!, {
      signal: new AbortController().signal,
      checkpoints: null,
      observer: { progressed: () => {}, epochEnded: () => {} },
    });
    const alone = await train({ network: NETWORK, epochs: 2, batchSize: 2 }, { dataset });
    expect(alone.spec.dataset).toBe('photos');
    expect(result.weightsSha256).toBe(alone.weightsSha256);
    expect([result.pictures, alone.pictures]).toEqual([{ fit: 'fill' }, { fit: 'fill' }]);
  });

  it('is the one that the spec names, or there is an error', async () => {
    const dataset = await openDataset(await makePhotos(), { resize: [4, 4] });
    const training = train({ network: NETWORK, dataset: 'cifar10' }, { dataset });
    await expect(training).rejects.toThrow(
      'dataset: expected photos, the data set that is given, found cifar10.',
    );
  });
});
