import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeModel } from '../../src/checkpoint/save.js';
import { findPackageRoot } from '../../src/core/paths.js';
import { NO_PLUGINS } from '../../src/plugins/plugins.js';
import { blocksOf, readPage } from '../helpers/page.js';
import { findTorchPython } from '../torch/torch-process.js';
import { computeOutputs, differ, drawCheckpoint, drawPixels } from './drawn-checkpoints.js';

const LIMIT = 1e-5;

const python = findTorchPython();
if (python === null)
  process.stdout.write('no Python that finds torch: the loader of docs/onnx.md is not run\n');

/** As load_net.py builds it. */
const NETWORK = {
  input: [9, 7, 4],
  layers: [
    { kind: 'convolution', name: 'conv', kernel: 3, padding: 1, groups: 2, filters: 6 },
    { kind: 'batch-normalization', name: 'bn' },
    { kind: 'prelu', name: 'prelu' },
    { kind: 'max-pooling', kernel: 2 },
    { kind: 'layer-normalization', name: 'ln' },
    {
      kind: 'branches',
      name: 'branch',
      join: 'concat',
      branches: [[{ kind: 'convolution', name: 'inner', kernel: [1, 3], filters: 5 }]],
    },
    { kind: 'fully-connected', name: 'fc', units: 7 },
    { kind: 'group-normalization', name: 'gn', groups: 1 },
    { kind: 'fully-connected', name: 'last', units: 3 },
  ],
};

describe.runIf(python !== null)('the loader of docs/onnx.md', () => {
  const folder = mkdtempSync(join(tmpdir(), 'convoy-torch-loader-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('gives PyTorch a network that computes the same', async () => {
    const [loader, model, pixelsFile] = ['loader.py', 'net.safetensors', 'pixels'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    const [block] = blocksOf(readPage('docs/onnx.md'), 'python');
    writeFileSync(loader, block!);
    const checkpoint = drawCheckpoint(NETWORK);
    await writeModel(model, checkpoint, { plugins: NO_PLUGINS, about: {} });
    const pixels = drawPixels(checkpoint);
    writeFileSync(pixelsFile, pixels);
    const script = join(findPackageRoot(), 'test', 'onnx', 'load_net.py');
    const { status, stdout, stderr } = spawnSync(python!, ['-B', script, loader, model, pixelsFile], {
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
    expect(differ(JSON.parse(stdout), computeOutputs(checkpoint, pixels))).toBeLessThan(LIMIT);
  });
});
