import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { saveModel } from '../../src/checkpoint/save.js';
import { TrainedModel } from '../../src/checkpoint/trained-model.js';
import { findPackageRoot } from '../../src/core/paths.js';
import { writePng } from '../../src/image/write-png.js';
import type { TrainResult } from '../../src/run/types.js';
import { train } from '../../src/train.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

const root = findPackageRoot();
const page = readFileSync(join(root, 'docs', 'serving.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'convoy-serving-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const dataset = makeTinyDataset({ train: 200, test: 64 });
const files = Array.from({ length: dataset.test.count }, (_, i) => join(folder, `${i}.png`));
let trained: TrainResult;

beforeAll(async () => {
  trained = await train({ model: 'SK', width: 0.2, epochs: 1, batchSize: 25 }, { dataset, workers: 1 });
  await saveModel(trained, join(folder, 'digits.safetensors'));
  for (const [i, file] of [...files, join(folder, 'seven.png')].entries()) {
    const pixels = dataset.test.pixels.slice(784 * (i % 64), 784 * ((i % 64) + 1));
    await writePng(file, { height: 28, width: 28, channels: 1, pixels });
  }
});

let server: ChildProcess | null = null;
afterEach(() => server?.kill('SIGKILL'));

/** Arguments of a process that runs one of the page's programs. */
const programAt = (index: number) => {
  const programs = [...page.matchAll(/```js\n(.*?)```/gs)].map(([, text]) => text!);
  const moved = programs[index]!.replace(/'([\w.]+\.(safetensors|png))'/g, (_, name) =>
    JSON.stringify(join(folder, name)),
  );
  return ['--input-type=module', '-e', moved];
};

describe('the page on serving', () => {
  it('serves 64 pictures at once, refuses what is none, and ends when it is told to', async () => {
    server = spawn(process.execPath, programAt(0), {
      cwd: root,
      env: { ...process.env, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(server.stdout!.setEncoding('utf8'), 'data');
    const [, port] = /^port (\d+)\n$/.exec(line)!;
    const post = async (body: Uint8Array) => {
      const response = await fetch(`http://127.0.0.1:${port}/`, {
        method: 'POST',
        body: new Uint8Array(body),
      });
      return { status: response.status, body: (await response.json()) as { error: string } };
    };
    const pictures = files.map((file) => readFileSync(file));
    const [broken, ...answers] = await Promise.all([
      post(pictures[0]!.subarray(0, 90)),
      ...pictures.map(post),
    ]);
    await using model = new TrainedModel(trained);
    const predictions = await model.predict(files);
    expect(answers).toEqual(
      predictions.map(({ classes }) => ({
        status: 200,
        body: JSON.parse(JSON.stringify(classes.slice(0, 3))),
      })),
    );
    expect(broken!.status).toBe(400);
    expect(broken!.body.error).toMatch(/^image 1: expected a PNG, JPEG or WebP picture, found a broken png/);
    expect(await post(Buffer.from('text'))).toMatchObject({ status: 400 });
    expect(await post(Buffer.alloc(10_000_001))).toMatchObject({ status: 400 });
    expect(await post(pictures[1]!)).toEqual(answers[1]);
    server.kill('SIGTERM');
    expect(await once(server, 'exit')).toEqual([0, null]);
  });

  it.each([
    [1, /^3 \d 1 10 \{ height: 26, width: 26, channels: 4 \} 2704\n$/],
    [2, /^\S+seven\.png \d\n\S+none\.png \S+none\.png: expected a picture, found nothing there\./],
  ])('shows program %i, which works and ends by itself', (index, printed) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, programAt(index), {
      cwd: root,
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(printed);
  });
});
