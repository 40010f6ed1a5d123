import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { findPackageRoot } from '../../src/core/paths.js';
import { MODEL_NAMES } from '../../src/models/registry.js';
import { describeNetwork } from '../../src/network/describe.js';
import { buildOnnxModel } from '../../src/onnx/export/build-model.js';
import { ModelProtoSchema } from '../../src/onnx/wire/onnx_pb.js';
import { NO_PLUGINS } from '../../src/plugins/plugins.js';
import { resolveRunSpec } from '../../src/run/spec.js';
import {
  computeOutputs,
  differ,
  drawCheckpoint,
  drawPixels,
  IMAGES,
  normalize,
} from './drawn-checkpoints.js';
import { LAYERS } from './layer-cases.js';

/** Of the greatest output. */
const LIMIT = 1e-5;
/** Larger networks are of layers that smaller ones have, too. */
const MOST_PARAMETERS = 7e6;

/** What OpenCV 4.6 refuses, as docs/onnx.md says. */
const REFUSED: readonly ((layer: Readonly<Record<string, unknown>>) => boolean)[] = [
  ({ kind }) => kind === 'locally-connected',
  ({ kind }) => kind === 'layer-normalization',
  ({ kind }) => kind === 'relu6',
  ({ kind, threshold }) => kind === 'softplus' && threshold !== undefined,
];

/** A Python that has cv2. */
const python = process.env.CONVOY_OPENCV;
if (!python) {
  process.stdout.write(
    'no CONVOY_OPENCV: exported networks are not run by OpenCV (npm run test:onnx does)\n',
  );
}

describe.runIf(python)('OpenCV computes what Convoy does', () => {
  const folder = mkdtempSync(join(tmpdir(), 'convoy-onnx-opencv-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const expected = new Map<string, Float32Array>();
  let found: Readonly<Record<string, readonly number[] | null>>;
  const inputs: Record<string, readonly number[]> = {};

  function put(name: string, checkpoint: Checkpoint): void {
    const options = { opset: 17, withPreprocessing: false, plugins: NO_PLUGINS, where: name } as const;
    const pixels = drawPixels(checkpoint);
    const { height, width, channels } = checkpoint.spec.network.input;
    writeFileSync(
      join(folder, `${name}.onnx`),
      toBinary(ModelProtoSchema, buildOnnxModel(checkpoint, options)),
    );
    writeFileSync(join(folder, `${name}.images`), normalize(checkpoint, pixels));
    inputs[name] = [IMAGES, channels, height, width];
    expected.set(name, computeOutputs(checkpoint, pixels));
  }

  const nameCase = (place: number) => `layer ${place}`;

  beforeAll(() => {
    for (const name of MODEL_NAMES) {
      const { network } = resolveRunSpec({ model: name });
      if (describeNetwork(network).parameters <= MOST_PARAMETERS) put(name, drawCheckpoint(name));
    }
    for (const [place, { input = [7, 6, 4], ...layer }] of LAYERS.entries()) {
      const before = { kind: 'convolution', name: 'before', kernel: 1, filters: input[2] };
      const layers = [before, layer, { kind: 'fully-connected', units: 3 }];
      put(nameCase(place), drawCheckpoint({ input, layers }));
    }
    writeFileSync(join(folder, 'inputs.json'), JSON.stringify(inputs));
    const script = join(findPackageRoot(), 'test', 'onnx', 'run_opencv.py');
    const { status, stdout, stderr } = spawnSync(python!, ['-B', script, folder], {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    expect(status, stderr).toBe(0);
    found = JSON.parse(stdout);
  }, 600_000);

  it('of the named networks', () => {
    const names = MODEL_NAMES.filter((name) => expected.has(name) && name !== 'mobilenet-v2-cifar');
    expect(names.length).toBeGreaterThan(10);
    for (const name of names)
      expect(differ(found[name] ?? [], expected.get(name)!), name).toBeLessThan(LIMIT);
    // It is of relu6.
    expect(found['mobilenet-v2-cifar']).toBeNull();
  });

  it.each(LAYERS.map((layer, place) => [place, layer] as const))('of case %i: %j', (place, layer) => {
    const outputs = found[nameCase(place)] ?? null;
    if (REFUSED.some((isRefused) => isRefused(layer))) expect(outputs).toBeNull();
    else expect(differ(outputs ?? [], expected.get(nameCase(place))!)).toBeLessThan(LIMIT);
  });
});
