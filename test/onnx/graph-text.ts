import { writeFileSync } from 'node:fs';
import { create, toBinary } from '@bufbuild/protobuf';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { readOnnx } from '../../src/onnx/import-onnx.js';
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from '../../src/onnx/wire/onnx_pb.js';

/** A node as `Conv x w -> y kernel_shape=3,3 auto_pad=SAME_UPPER`; `_` is an input that is left out. Numbers with a point are floats, lists are of integers. */
export type Line = `${string} -> ${string}`;

/** Floats by their shape, which are 0.1, 0.2, 0.3, …, or as they are; integers as a list or one by itself. */
export type Weight =
  | { readonly shape: readonly number[]; readonly values?: readonly number[] }
  | { readonly whole: readonly number[] | number };

/** A graph: its one input `x` is n×sizes, its output what the last node makes. */
export interface GraphText {
  readonly lines: readonly Line[];
  readonly weights?: Readonly<Record<string, Weight>>;
  readonly sizes?: readonly number[];
  /** Of a mini-batch, where the file says that. */
  readonly batchSize?: number;
  readonly opset?: number;
}

/** Reads a graph as import does, by way of a file. */
export async function readGraph(graph: GraphText, file: string): Promise<Checkpoint> {
  const { lines, weights = {}, sizes = [3, 4, 5], batchSize, opset = 17 } = graph;
  const batch = batchSize
    ? { case: 'dimValue' as const, value: BigInt(batchSize) }
    : { case: 'dimParam' as const, value: 'n' };
  const dims = sizes.map((size) => ({ case: 'dimValue' as const, value: BigInt(size) }));
  const shape = { dim: [batch, ...dims].map((value) => ({ value })) };
  const type = { value: { case: 'tensorType' as const, value: { elemType: DataType.FLOAT, shape } } };
  const node = lines.map(parseLine);
  const model = create(ModelProtoSchema, {
    opsetImport: [{ version: BigInt(opset) }],
    graph: create(GraphProtoSchema, {
      node,
      initializer: Object.entries(weights).map(([name, weight]) => makeTensor(name, weight)),
      input: [create(ValueInfoProtoSchema, { name: 'x', type })],
      output: [create(ValueInfoProtoSchema, { name: node.at(-1)!.output[0]! })],
    }),
  });
  writeFileSync(file, toBinary(ModelProtoSchema, model));
  return readOnnx(file, { onNote: () => {} });
}

function parseLine(line: Line): NodeProto {
  const [before, behind] = line.split(' -> ') as [string, string];
  const [opType, ...input] = before.split(' ') as [string, ...string[]];
  const [output, ...attributes] = behind.split(' ') as [string, ...string[]];
  return create(NodeProtoSchema, {
    opType,
    name: output,
    input: input.map((name) => (name === '_' ? '' : name)),
    output: [output],
    attribute: attributes.map(parseAttribute),
  });
}

function parseAttribute(text: string): AttributeProto {
  const [name, value] = text.split('=') as [string, string];
  const of = (type: AttributeType, rest: object) => create(AttributeProtoSchema, { name, type, ...rest });
  if (/^-?\d+$/.test(value)) return of(AttributeType.INT, { i: BigInt(value) });
  if (/^-?\d+\.\d+$/.test(value)) return of(AttributeType.FLOAT, { f: Number(value) });
  if (/^[-\d,]+$/.test(value)) {
    return of(AttributeType.INTS, { ints: value.split(',').filter(Boolean).map(BigInt) });
  }
  return of(AttributeType.STRING, { s: new TextEncoder().encode(value) });
}

function makeTensor(name: string, weight: Weight): TensorProto {
  if ('whole' in weight) {
    const list = [weight.whole].flat();
    const dims = typeof weight.whole === 'number' ? [] : [BigInt(list.length)];
    return create(TensorProtoSchema, { name, dims, dataType: DataType.INT64, int64Data: list.map(BigInt) });
  }
  const count = weight.shape.reduce((product, size) => product * size, 1);
  const floatData = weight.values ?? Array.from({ length: count }, (_, i) => (i + 1) / 10);
  return create(TensorProtoSchema, {
    name,
    dims: weight.shape.map(BigInt),
    dataType: DataType.FLOAT,
    floatData: [...floatData],
  });
}
