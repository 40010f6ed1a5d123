import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toBinary } from '@bufbuild/protobuf';
import { afterAll, describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { Predictor } from '../../src/checkpoint/predictor.js';
import { shareModel } from '../../src/checkpoint/shared-model.js';
import { UserError } from '../../src/core/errors.js';
import { LAYER_KINDS } from '../../src/layers/registry.js';
import { NODE_READERS } from '../../src/onnx/import/nodes/registry.js';
import { readOnnx } from '../../src/onnx/import-onnx.js';
import { permute } from '../../src/onnx/permute.js';
import { ModelProtoSchema } from '../../src/onnx/wire/onnx_pb.js';
import { NO_PLUGINS } from '../../src/plugins/plugins.js';
import { differ } from './drawn-checkpoints.js';
import { findNodeCases, type NodeCase } from './node-cases.js';

const LIMIT = 1e-5;

/** The operators that have an example with a form among Convoy's layers. */
const READ = [
  'Add',
  'AveragePool',
  'BatchNormalization',
  'Clip',
  'Constant',
  'Conv',
  'Div',
  'Dropout',
  'Elu',
  'Flatten',
  'Gemm',
  'GlobalAveragePool',
  'GlobalMaxPool',
  'HardSigmoid',
  'HardSwish',
  'Identity',
  'InstanceNormalization',
  'LRN',
  'LayerNormalization',
  'LeakyRelu',
  'MatMul',
  'MaxPool',
  'Mul',
  'Neg',
  'PRelu',
  'Relu',
  'Sigmoid',
  'Softmax',
  'Softplus',
  'Sub',
  'Tanh',
  'Transpose',
];

const cases = findNodeCases(new Set(Object.keys(NODE_READERS)));
if (cases === null) process.stdout.write("no libonnx-testdata: ONNX's own examples are not read\n");

describe.runIf(cases !== null)("ONNX's own examples", () => {
  const folder = mkdtempSync(join(tmpdir(), 'convoy-onnx-cases-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('come to what they should, where they are read', async () => {
    const read = new Set<string>();
    const wrong: string[] = [];
    for (const one of cases!) {
      const outputs = await compute(one, join(folder, 'net.onnx'));
      if (outputs === null) continue;
      for (const op of one.ops) read.add(op);
      const difference = differ(outputs, one.expected.values);
      if (!(difference < LIMIT)) wrong.push(`${one.name}: ${difference}`);
    }
    expect(wrong).toEqual([]);
    expect([...read].sort()).toEqual(READ);
  });
});

/** What Convoy makes of a case; null if it refuses that. */
async function compute({ model, images }: NodeCase, file: string): Promise<Float32Array | null> {
  writeFileSync(file, toBinary(ModelProtoSchema, model));
  let checkpoint: Checkpoint;
  try {
    checkpoint = await readOnnx(file, { onNote: () => {} });
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
  const [count, ...sizes] = images.dims as [number, ...number[]];
  const size = images.values.length / count;
  const { mean, scale } = checkpoint.normalization;
  const outputs = Array.from({ length: count }, (_, i) => {
    const x = permute(images.values.subarray(i * size, (i + 1) * size), sizes, [1, 2, 0]);
    // Black pixels with a mean below: bytes cannot be what these are.
    const normalization = { mean: mean.map((value, j) => value - x[j]!), scale };
    const model = shareModel({ ...checkpoint, normalization }, NO_PLUGINS);
    return [...new Predictor(model, LAYER_KINDS).compute(new Uint8Array(size), null).values];
  });
  return Float32Array.from(outputs.flat());
}
