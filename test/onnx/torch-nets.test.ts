import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPackageRoot } from '../../src/core/paths.js';
import { readOnnx } from '../../src/onnx/import-onnx.js';
import { permute } from '../../src/onnx/permute.js';
import { findTorchPython } from '../torch/torch-process.js';
import { computeOutputs, differ, IMAGES } from './drawn-checkpoints.js';

const OPSETS = ['9', '13', '17'];
const LIMIT = 1e-5;

const python = findTorchPython();
if (python === null) process.stdout.write('no Python that finds torch: its ONNX files are not read\n');

describe.runIf(python !== null)('networks that PyTorch exports', () => {
  const folder = mkdtempSync(join(tmpdir(), 'convoy-torch-nets-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  let facts: Record<string, { x: number[]; outputs: number[] }>;
  beforeAll(() => {
    const script = join(findPackageRoot(), 'test', 'onnx', 'export_nets.py');
    const { status, stderr } = spawnSync(python!, ['-B', '-W', 'ignore', script, folder, ...OPSETS]);
    expect(status, String(stderr)).toBe(0);
    facts = JSON.parse(readFileSync(join(folder, 'facts.json'), 'utf8'));
  });

  const names = ['resnet', 'vgg', 'mobilenet', 'activations', 'keras'];
  const files = names.flatMap((name) =>
    OPSETS.flatMap((opset) => [`${name}-${opset}`, `${name}-${opset}-training`]),
  );

  it('are all read', () => {
    expect(
      readdirSync(folder)
        .filter((name) => name.endsWith('.onnx'))
        .sort(),
    ).toEqual(files.map((name) => `${name}.onnx`).sort());
  });

  it.each(files)('predict here what they do there: %s', async (name) => {
    const checkpoint = await readOnnx(join(folder, `${name}.onnx`), { onNote: () => {} });
    const { height, width, channels } = checkpoint.spec.network.input;
    const { x, outputs } = facts[name]!;
    const given = Float32Array.from(x);
    const images = name.startsWith('keras')
      ? given
      : permute(given, [IMAGES, channels, height, width], [0, 2, 3, 1]);
    expect(
      differ(computeOutputs(checkpoint, Uint8Array.from(images)), Float32Array.from(outputs)),
    ).toBeLessThan(LIMIT);
  });

  it('keep the names of their layers', async () => {
    const { spec } = await readOnnx(join(folder, 'resnet-17-training.onnx'), { onNote: () => {} });
    expect(spec.network.layers.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['conv', 'bn', 'layer1.0.conv1', 'layer1.1.bn2', 'fc']),
    );
  });
});
