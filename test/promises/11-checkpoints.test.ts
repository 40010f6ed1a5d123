import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { it } from 'vitest';
import { loadCheckpoint } from '../../src/checkpoint/load.js';
import { saveModel } from '../../src/checkpoint/save.js';
import { sizeOf } from '../../src/core/shape.js';
import { describeNetwork } from '../../src/network/describe.js';
import { resolveRunSpec } from '../../src/run/spec.js';
import { readSafetensors } from '../../src/safetensors/read.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { byteMutation, textMutation } from '../helpers/hostile/mutations.js';
import { tryMutantFiles } from '../helpers/hostile/try-mutants.js';
import { buildSafetensors, takeApart } from '../helpers/safetensors-builder.js';

const NETWORKS = [
  { input: [3, 3, 1], layers: [{ kind: 'fully-connected', units: 2 }] },
  {
    input: [4, 4, 3],
    layers: [
      { kind: 'convolution', kernel: 3, filters: 2 },
      { kind: 'batch-normalization' },
      { kind: 'residual', body: [{ kind: 'relu' }] },
      { kind: 'fully-connected', units: 3 },
    ],
  },
];

it('changed checkpoints are loaded, or refused in a line', async () => {
  const files = await Promise.all(NETWORKS.map(saveNetwork));
  const seeds = files.flatMap((bytes, i) => {
    const { header, data } = takeApart(bytes);
    const { __metadata__: metadata, ...tensors } = header as Record<string, object> & {
      __metadata__: { spec: string };
    };
    const rebuild = (changed: Buffer) => buildSafetensors(changed.toString('utf8'), data);
    const putSpec = (changed: Buffer) =>
      buildSafetensors({ __metadata__: { ...metadata, spec: changed.toString('utf8') }, ...tensors }, data);
    return [
      { name: `model ${i}`, bytes, parse: load },
      { name: `file ${i}`, bytes, parse: (file: string) => readSafetensors(file, () => {}) },
      { name: `header ${i}`, bytes: Buffer.from(JSON.stringify(header)), parse: load, wrap: rebuild },
      { name: `spec ${i}`, bytes: Buffer.from(metadata.spec), parse: load, wrap: putSpec },
    ];
  });
  await tryMutantFiles('checkpoints', seeds, { mutation: fc.oneof(byteMutation, textMutation) });
});

/** Its checksum left aside, which would give every change away. */
function load(file: string): Promise<unknown> {
  return loadCheckpoint(file, { ignoreHash: true, onWarning: () => {} });
}

/** The bytes of a model's file. */
async function saveNetwork(network: object): Promise<Buffer> {
  const file = join(makeFolder(), 'model.safetensors');
  const spec = resolveRunSpec({ network });
  const { layers, parameters } = describeNetwork(spec.network);
  const floats = sizeOf(spec.network.input);
  const normalization = { mean: new Float32Array(floats), scale: new Float32Array(floats).fill(1) };
  // Batch normalisation keeps a mean and a variance a channel.
  const state = layers.filter(({ kind }) => kind === 'batch-normalization').length * 2 * 2;
  const weights = new Float32Array(parameters + state).fill(0.5);
  await saveModel({ spec, classNames: ['a', 'b'], normalization, weights }, file);
  return readFileSync(file);
}
