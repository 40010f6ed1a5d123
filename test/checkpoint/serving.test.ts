import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { saveModel } from '../../src/checkpoint/save.js';
import { type Prediction, TrainedModel } from '../../src/checkpoint/trained-model.js';
import { sizeOf } from '../../src/core/shape.js';
import type { Image } from '../../src/image/image.js';
import { writePng } from '../../src/image/write-png.js';
import { findModule } from '../../src/parallel/threads.js';
import { loadPlugins } from '../../src/plugins/load.js';
import { computeFeatureMaps } from '../../src/run/feature-maps.js';
import type { TrainResult } from '../../src/run/types.js';
import { train } from '../../src/train.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { PERMISSION_FLAG, runProcess } from '../helpers/processes.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';
import { makePlugin, writeDoubling } from '../plugins/fake-plugin.js';

const dataset = makeTinyDataset({ train: 100, test: 40, shape: { height: 24, width: 22, channels: 3 } });
const network = {
  input: [24, 22, 3],
  layers: [
    { kind: 'convolution', kernel: 3, filters: 16, name: 'conv1' },
    { kind: 'relu', name: 'relu1' },
    {
      kind: 'residual',
      name: 'block',
      body: [{ kind: 'convolution', kernel: 3, padding: 1, filters: 16, name: 'inside' }],
    },
    { kind: 'max-pooling', kernel: 2, name: 'pool1' },
    { kind: 'fully-connected', units: 20, name: 'hidden' },
    { kind: 'dropout', rate: 0.5, name: 'dropout' },
    { kind: 'fully-connected', units: 10, name: 'scores' },
  ],
};
let trained: TrainResult;
let images: Image[];
let alone: Prediction[];
beforeAll(async () => {
  const { shape, test } = dataset;
  const size = sizeOf(shape);
  images = Array.from({ length: test.count }, (_, i) => ({
    ...(shape as Image),
    pixels: test.pixels.slice(i * size, (i + 1) * size),
  }));
  trained = await train({ network, epochs: 1, batchSize: 25, learningRate: 0.01 } as object, {
    dataset,
    workers: 1,
  });
  await using model = new TrainedModel(trained);
  alone = [];
  for (const image of images) alone.push(await model.predict(image));
});

describe('a model that serves', () => {
  it('says the same of an image, whatever else is computed with it, on any number of threads', async () => {
    await using model = new TrainedModel(trained);
    const singles = images.map((image) => model.predict(image));
    const lists = Array.from({ length: 24 }, (_, i) =>
      model.predict(images.slice(i), { workers: (i % 3) + 1 }),
    );
    const logits = model.logits(images, { workers: 2 });
    const maps = model.features(images, 'relu1');
    expect(await Promise.all(singles)).toEqual(alone);
    for (const [i, predictions] of (await Promise.all(lists)).entries()) {
      expect(predictions).toEqual(alone.slice(i));
    }
    expect(await logits).toEqual(alone.map(({ outputs }) => outputs));
    expect((await maps).map(({ shape }) => shape)).toEqual(
      images.map(() => ({ height: 22, width: 20, channels: 16 })),
    );
  });

  it('keeps the event loop free, also for many images at once', async () => {
    await using model = new TrainedModel(trained);
    await model.predict(images);
    const many = Array.from({ length: 100 }, () => images).flat();
    let [turns, done] = [0, false];
    const count = () => {
      turns++;
      if (!done) setImmediate(count);
    };
    setImmediate(count);
    await model.predict(many);
    done = true;
    // One for each mini-batch, at the least, and many more while threads compute.
    expect(turns).toBeGreaterThan(many.length / 16);
  });

  it('takes calls in turn: one image does not wait for the end of a thousand', async () => {
    await using model = new TrainedModel(trained);
    await model.predict(images);
    const order: string[] = [];
    const many = model
      .predict(Array.from({ length: 50 }, () => images).flat())
      .then(() => order.push('many'));
    const one = model.predict(images[0]!).then(() => order.push('one'));
    await Promise.all([many, one]);
    expect(order).toEqual(['one', 'many']);
  });

  it('takes the bytes of files, and lists of numbers', async () => {
    await using model = new TrainedModel(trained);
    const file = join(makeFolder(), 'picture.png');
    await writePng(file, images[3]!);
    const bytes = readFileSync(file);
    const { pixels } = images[3]!;
    const before = Buffer.from(bytes);
    const given = [file, bytes, new Uint8Array(bytes), pixels, [...pixels], Int16Array.from(pixels)];
    for (const prediction of await model.predict(given)) expect(prediction).toEqual(alone[3]);
    expect(await model.predict(bytes)).toEqual(alone[3]);
    expect(await model.predict([...pixels])).toEqual(alone[3]);
    expect(
      await model.predict(
        Float64Array.from(pixels, (pixel) => pixel / 255),
        { range: 1 },
      ),
    ).toEqual(alone[3]);
    // They are not written over, as a file's are.
    expect(bytes.equals(before)).toBe(true);
  });

  it('names the first broken image; each by itself leaves the others their answers', async () => {
    await using model = new TrainedModel(trained);
    const folder = makeFolder();
    const [whole, cut] = [join(folder, 'whole.png'), join(folder, 'cut.png')];
    await writePng(whole, images[0]!);
    writeFileSync(cut, readFileSync(whole).subarray(0, 200));
    const given = [whole, readFileSync(cut), cut, images[1]!];
    await expect(model.predict(given)).rejects.toThrow(
      'image 2: expected a PNG, JPEG or WebP picture, found a broken png',
    );
    const settled = await Promise.allSettled(given.map((image) => model.predict(image)));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(settled[3]).toEqual({ status: 'fulfilled', value: alone[1] });
    expect((settled[2] as PromiseRejectedResult).reason.message).toContain(`${cut}: expected a PNG`);
  });

  it('gives the values of every layer by its name', async () => {
    await using model = new TrainedModel(trained);
    expect(model.layerNames).toEqual([
      'conv1',
      'relu1',
      'block.inside',
      'block',
      'pool1',
      'hidden',
      'dropout',
      'scores',
    ]);
    const { mean, scale } = trained.normalization;
    const input = Float32Array.from(images[5]!.pixels, (pixel, i) => (pixel - mean[i]!) * scale[i]!);
    for (const { name, shape, values } of computeFeatureMaps(trained.spec.network, trained.weights, input)) {
      const [, , layer] = await model.features(images.slice(3, 6), name);
      expect(layer).toMatchObject({ name, shape });
      for (const [i, value] of layer!.values.entries()) expect(value, name).toBeCloseTo(values[i]!, 4);
    }
    const [scores] = await model.features([images[5]!], 'scores');
    expect(scores!.values).toEqual(alone[5]!.outputs);
    const [hidden, dropped] = [
      await model.features([images[5]!], 'hidden'),
      await model.features([images[5]!], 'dropout'),
    ];
    expect(dropped[0]!.values).toEqual(hidden[0]!.values);
    await expect(model.features(images, 'conv')).rejects.toThrow(
      "features: unknown layer 'conv'. Did you mean 'conv1'?",
    );
    await expect(model.features(images[0] as never, 'conv1')).rejects.toThrow(
      'features: expected a list of images',
    );
  });

  it('leaves what nobody waits for any more', async () => {
    await using model = new TrainedModel(trained);
    const controller = new AbortController();
    const many = Array.from({ length: 200 }, () => images).flat();
    const predictions = model.predict(many, { signal: controller.signal });
    const others = model.predict(images);
    setTimeout(() => controller.abort(new Error('gone')), 1);
    await expect(predictions).rejects.toThrow('gone');
    expect(await others).toEqual(alone);
    await expect(model.predict(images, { signal: controller.signal })).rejects.toThrow('gone');
    await expect(model.predict(images, { signal: {} as AbortSignal })).rejects.toThrow(
      "predict: options: field 'signal': expected an AbortSignal, found {}.",
    );
  });

  it('leaves images that wait for a thread, and does not wait for those that one has', async () => {
    await using model = new TrainedModel(trained);
    await model.predict(images, { workers: 1 });
    const controller = new AbortController();
    // All of them are read, and the thread has the first ones, when it is raised.
    const many = Array.from({ length: 3 }, () => images).flat();
    const predictions = model.predict(many, { workers: 1, signal: controller.signal });
    setImmediate(() => setImmediate(() => controller.abort(new Error('gone'))));
    await expect(predictions).rejects.toThrow('gone');
    expect(await model.predict(images, { workers: 1 })).toEqual(alone);
    await expect(model.predict([], { signal: controller.signal })).rejects.toThrow('gone');
  });

  it('bears any number of calls with one signal', async () => {
    await using model = new TrainedModel(trained);
    const warned = vi.fn();
    process.on('warning', warned);
    onTestFinished(() => {
      process.off('warning', warned);
    });
    const { signal } = new AbortController();
    expect(await Promise.all(images.map((image) => model.predict(image, { signal })))).toEqual(alone);
    expect(warned).not.toHaveBeenCalled();
  });

  it('tells whoever asks that its threads cannot begin', async () => {
    const file = join(makeFolder(), 'model.safetensors');
    await saveModel(trained, file);
    const predict = `
      import { loadModel } from ${JSON.stringify(pathToFileURL(findModule('src', 'index')))};
      const model = await loadModel(${JSON.stringify(file)});
      const image = { ...model.input, pixels: new Uint8Array(24 * 22 * 3) };
      const told = await Promise.allSettled([model.predict(image), model.predict([image, image])]);
      for (const { reason } of told) console.log(reason.name, reason.message);
      await model.close();`;
    const text = await runProcess(predict, [PERMISSION_FLAG, '--allow-fs-read=*', '--allow-addons']);
    const line = 'UserError threads: expected worker threads that begin, found: ';
    expect(text.split('\n').map((told) => told.slice(0, line.length))).toEqual([line, line]);
  });

  it('tells when a thread has ended, and goes on with another one', async () => {
    const flag = join(makeFolder(), 'flag');
    const ending = `import { existsSync, rmSync } from 'node:fs';
      const endOnce = () => {
        if (!existsSync('${flag}')) return;
        rmSync('${flag}');
        process.exit(3);
      };`;
    const file = makePlugin(ending + writeDoubling().replace('for (let i', 'endOnce(); for (let i'));
    const layers = [...network.layers.slice(0, 2), { kind: 'doubling' }, ...network.layers.slice(3)];
    const spec = { network: { ...network, layers }, epochs: 1, batchSize: 25 } as object;
    const plugins = await loadPlugins([file]);
    const result = await train(spec, { dataset, workers: 1, plugins });
    await using model = new TrainedModel(result, plugins);
    const before = await model.predict(images, { workers: 1 });
    writeFileSync(flag, '');
    await expect(model.predict(images.slice(0, 2), { workers: 1 })).rejects.toThrow(
      'worker 1: expected its thread to go on, found that it ended with exit code 3',
    );
    expect(await model.predict(images, { workers: 1 })).toEqual(before);
  });

  it('ends what is under way before it closes, and begins nothing afterwards', async () => {
    const model = new TrainedModel(trained);
    const predictions = model.predict(images);
    const closing = model.close();
    await expect(model.predict(images)).rejects.toThrow('model: expected an open one, found it closed.');
    await closing;
    expect(await predictions).toEqual(alone);
    await model.close();
    await new TrainedModel(trained).close();
  });
});
