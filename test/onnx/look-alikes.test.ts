import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { afterAll, describe, expect, it } from 'vitest';
import { readOnnx } from '../../src/onnx/import-onnx.js';
import {
  TensorProto_DataType as DataType,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from '../../src/onnx/wire/onnx_pb.js';

/** A node as `Conv x w -> y`. */
type Line = `${string} -> ${string}`;

const WEIGHTS: Readonly<Record<string, readonly number[]>> = { w: [2, 3, 1, 1], b: [1, 2, 1, 1] };

describe('graphs that look like what Convoy has layers for', () => {
  const folder = mkdtempSync(join(tmpdir(), 'convoy-onnx-alike-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  async function read(lines: readonly Line[], sizes = [3, 4, 5]) {
    const dim = [1, ...sizes].map((size) => ({ value: { case: 'dimValue' as const, value: BigInt(size) } }));
    const type = {
      value: { case: 'tensorType' as const, value: { elemType: DataType.FLOAT, shape: { dim } } },
    };
    const node = lines.map((line) => {
      const [opType, ...names] = line.replace(' ->', '').split(' ');
      return create(NodeProtoSchema, { opType: opType!, input: names.slice(0, -1), output: names.slice(-1) });
    });
    const initializer = Object.entries(WEIGHTS).map(([name, shape]) =>
      create(TensorProtoSchema, {
        name,
        dims: shape.map(BigInt),
        dataType: DataType.FLOAT,
        floatData: Array.from({ length: shape.reduce((product, size) => product * size) }, (_, i) => i + 1),
      }),
    );
    const graph = create(GraphProtoSchema, {
      node,
      initializer,
      input: [create(ValueInfoProtoSchema, { name: 'x', type })],
      output: [create(ValueInfoProtoSchema, { name: node.at(-1)!.output[0]! })],
    });
    const file = join(folder, 'net.onnx');
    const model = create(ModelProtoSchema, { graph, opsetImport: [{ version: 17n }] });
    writeFileSync(file, toBinary(ModelProtoSchema, model));
    return readOnnx(file, { onNote: () => {} });
  }

  it('a summand is no bias of a layer that others read, even under another name', async () => {
    const { spec } = await read([
      'Conv x w -> y',
      'Identity y -> same',
      'Add same b -> shifted',
      'Relu y -> bent',
      'Add shifted bent -> sum',
      'GlobalAveragePool sum -> mean',
    ]);
    const kinds = spec.network.layers.map(({ kind }) => kind);
    expect(kinds).toEqual(['convolution', 'convolution', 'relu', 'add', 'average-pooling']);
    expect(spec.network.layers[0]).toMatchObject({ bias: false });
  });

  it('a sigmoid that others read is no part of an activation that multiplies by it', async () => {
    const lines: Line[] = ['Sigmoid x -> gate', 'Mul x gate -> product', 'Add product gate -> sum'];
    await expect(read(lines)).rejects.toThrow(
      /^\S+: expected nodes .* found Mul 'product' whose part 'gate' others read, too\./,
    );
  });

  it('a softmax over all of an image is none over its channels', async () => {
    const lines: Line[] = ['Flatten x -> flat', 'Softmax flat -> shares'];
    await expect(read(lines)).rejects.toThrow(/found Softmax 'shares' of flattened maps\./);
  });

  it('logarithms of a softmax are one at the end alone', async () => {
    const lines: Line[] = ['GlobalAveragePool x -> mean', 'Flatten mean -> flat', 'LogSoftmax flat -> logs'];
    const { spec } = await read(lines);
    expect(spec.network.layers.map(({ kind }) => kind)).toEqual(['average-pooling', 'softmax']);
    await expect(read([...lines, 'Relu logs -> bent'])).rejects.toThrow(
      /found LogSoftmax 'logs' whose logarithms other nodes read\./,
    );
  });
});
