import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { saveModel } from '../../src/checkpoint/save.js';
import { loadModel } from '../../src/checkpoint/trained-model.js';
import { readImage } from '../../src/image/read-image.js';
import { imageFolder } from '../../src/sources/open-dataset.js';
import type { SourceOptions } from '../../src/sources/options.js';
import { train } from '../../src/train.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { drawPicture, writeClasses, writePicture } from '../helpers/picture-folder.js';
import { features, predictCommand } from './fake-command.js';

const SCALED = { size: [4, 4], channels: 3 } as const;

beforeEach(() => {
  vi.stubEnv('CONVOY_CACHE', join(makeFolder(), 'cache'));
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
});

/** A network that was trained on pictures which were read so, and a picture of another form. */
async function makeFiles(options: SourceOptions) {
  const folder = makeFolder();
  const [photos, model, wide] = ['photos', 'a.safetensors', 'wide.png'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await writeClasses(photos, ['cat', 'dog'], 5);
  await writePicture(
    folder,
    'wide.png',
    drawPicture([10, 200, 90], { height: 6, width: 18 }).ensureAlpha(0.5),
  );
  const dataset = await imageFolder(photos, { resize: [4, 4], ...options });
  const trained = await train({ network: 'INPUT(4x4x3) -> CONV(3,2) -> FC(2)', epochs: 1 }, { dataset });
  await saveModel(trained, model);
  return { model, wide, trained };
}

describe('a picture of another form', () => {
  it('is read as those of the training were', async () => {
    const { model, wide } = await makeFiles({ fit: 'contain', background: 'black' });
    await using loaded = await loadModel(model);
    const { pixels } = await loaded.readImage(wide);
    const right = await readImage(wide, { ...SCALED, fit: 'contain', background: 'black' });
    expect(pixels).toEqual(right.pixels);
    expect(pixels).not.toEqual((await readImage(wide, { ...SCALED, background: 'black' })).pixels);
    const [byFile, byPixels] = await loaded.predict([wide, right]);
    expect(byFile).toEqual(byPixels);
    const white = await readImage(wide, { ...SCALED, fit: 'contain', background: 'white' });
    expect((await loaded.readImage(wide, { background: 'white' })).pixels).toEqual(white.pixels);

    const told = await predictCommand([model, wide, '--json']);
    expect(told.err).toBe(`${wide}: transparent parts are black; --background white makes them white\n`);
    expect(JSON.parse(told.out).classes).toEqual(byFile!.classes);
    const sheets = join(makeFolder(), 'sheets');
    expect((await features([model, '--image', wide, '--out', sheets])).err).toContain('parts are black');
  });

  it('is cut where nothing was said, as in files that say nothing', async () => {
    const { model, wide } = await makeFiles({});
    expect(readFileSync(model, 'latin1')).not.toContain('pictures');
    await using loaded = await loadModel(model);
    const { pixels } = await loaded.readImage(wide);
    expect(pixels).toEqual((await readImage(wide, SCALED)).pixels);
  });

  it('is not read for two networks in one way where they want several', async () => {
    const [first, second] = [await makeFiles({ fit: 'fill' }), await makeFiles({ fit: 'cover' })];
    const { exitCode, err } = await predictCommand([first.model, second.model, first.wide]);
    expect(exitCode).toBe(2);
    expect(err).toMatch(/read with fit=fill and background=white, as .* was, found fit=cover and/);
  });

  it('is not read in a way that there is not', async () => {
    const { trained, model } = await makeFiles({});
    await saveModel({ ...trained, pictures: { fit: 'stretch' as 'fill' } }, model);
    await expect(loadModel(model)).rejects.toThrow(/pictures: field 'fit': expected/);
  });
});
