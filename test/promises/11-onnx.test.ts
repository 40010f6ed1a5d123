import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toBinary } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import { buildOnnxModel } from '../../src/onnx/export/build-model.js';
import { readOnnx } from '../../src/onnx/import-onnx.js';
import { ModelProtoSchema } from '../../src/onnx/wire/onnx_pb.js';
import { NO_PLUGINS } from '../../src/plugins/plugins.js';
import { tryMutantFiles } from '../helpers/hostile/try-mutants.js';
import { drawCheckpoint } from '../onnx/drawn-checkpoints.js';

const NETWORKS = [
  { input: [3, 3, 1], layers: [{ kind: 'fully-connected', units: 2 }] },
  {
    input: [4, 4, 3],
    layers: [
      { kind: 'convolution', kernel: 3, filters: 2, padding: 1, paddingMode: 'reflect' },
      { kind: 'batch-normalization' },
      { kind: 'squeeze-excitation', channels: 2 },
      { kind: 'group-normalization', groups: 1 },
      { kind: 'branches', join: 'concat', branches: [[], [{ kind: 'gelu' }]] },
      { kind: 'max-pooling', kernel: 2 },
      { kind: 'fully-connected', units: 3 },
    ],
  },
];

const parse = (file: string) => readOnnx(file, { onNote: () => {} });

it('changed ONNX files are read, or refused in a line', async () => {
  const seeds = NETWORKS.flatMap((network) =>
    [false, true].map((withPreprocessing) => {
      const options = { opset: 17, withPreprocessing, plugins: NO_PLUGINS, where: 'test' } as const;
      const bytes = Buffer.from(toBinary(ModelProtoSchema, buildOnnxModel(drawCheckpoint(network), options)));
      return { name: 'model', bytes, parse };
    }),
  );
  await tryMutantFiles('ONNX files', seeds, { counts: { share: 600, whole: 100_000 } });
});

it('files that would become far more than they are long are refused before that', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'convoy-onnx-bombs-'));
  try {
    const file = join(folder, 'bomb.onnx');
    // A graph (field 7) of empty nodes (field 1), two bytes each.
    const nodes = Buffer.alloc(8_000_000).fill(Buffer.of(0x0a, 0x00));
    const length = Buffer.alloc(5);
    let rest = nodes.length;
    for (let i = 0; i < 5; i++, rest >>>= 7) length[i] = (rest & 0x7f) | (i < 4 ? 0x80 : 0);
    writeFileSync(file, Buffer.concat([Buffer.of(0x3a), length, nodes]));
    await expect(parse(file)).rejects.toThrow(/at most 1000000 nodes, attributes and the like, found more/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
