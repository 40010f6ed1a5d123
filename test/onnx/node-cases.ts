import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { create, fromBinary } from '@bufbuild/protobuf';
import { type Constant, readConstant } from '../../src/onnx/import/constants.js';
import { PRODUCER } from '../../src/onnx/metadata.js';
import {
  TensorProto_DataType as DataType,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from '../../src/onnx/wire/onnx_pb.js';

const FOLDER = '/usr/share/libonnx-testdata/data';

/** An example of ONNX's own: a graph, what goes in, and what is to come out. */
export interface NodeCase {
  readonly name: string;
  readonly ops: readonly string[];
  /** Its first input is the images, n×c×h×w, and all others are constants; its output is flat. */
  readonly model: ModelProto;
  readonly images: Constant;
  readonly expected: Constant;
}

/** Of an image: an identity matrix has the square of it. */
const MOST_OUTPUTS = 1024;

/** The examples of Debian's libonnx-testdata with one input of numbers and with nodes of such kinds alone; null if it is not installed. */
export function findNodeCases(ops: ReadonlySet<string>): NodeCase[] | null {
  if (!existsSync(FOLDER)) return null;
  return ['node', 'pytorch-converted', 'pytorch-operator'].flatMap((part) =>
    readdirSync(join(FOLDER, part)).flatMap((name) => readCase(join(FOLDER, part, name), name, ops) ?? []),
  );
}

function readCase(folder: string, name: string, known: ReadonlySet<string>): NodeCase | null {
  const model = fromBinary(ModelProtoSchema, readFileSync(join(folder, 'model.onnx')));
  const graph = model.graph!;
  const ops = graph.node.map(({ opType, domain }) => domain + opType);
  if (!ops.some((op) => op !== 'Constant') || !ops.every((op) => known.has(op) || op === 'Constant'))
    return null;
  // Numbers that a Dropout drops in training are another matter.
  if (name.startsWith('test_training_dropout')) return null;
  if (graph.input[0]?.type?.value.case !== 'tensorType') return null;
  const data = join(folder, 'test_data_set_0');
  const tensors = graph.input
    .map((_, i) => join(data, `input_${i}.pb`))
    .filter(existsSync)
    .map(readTensor);
  const [first] = tensors;
  const output = readTensor(join(data, 'output_0.pb'));
  if (first?.dataType !== DataType.FLOAT || output.dataType !== DataType.FLOAT) return null;
  const expected = readConstant(output, null, name);
  const given = readConstant(first, null, name);
  const images = liftRank(given, graph.node);
  const outputs = expected.values.length / (images?.dims[0] ?? 1);
  if (!images || !Number.isInteger(outputs) || outputs > MOST_OUTPUTS) return null;
  tensors.slice(1).forEach((tensor, i) => {
    graph.initializer.push(create(TensorProtoSchema, { ...tensor, name: graph.input[i + 1]!.name }));
  });
  // As it says that of Convoy's own files, images are never taken for n×h×w×c.
  model.producerName = PRODUCER;
  flattenEnds(model, images, { wasFlat: given.dims.length === 2, outputs });
  return { name, ops, model, images, expected };
}

function readTensor(file: string) {
  return fromBinary(TensorProtoSchema, readFileSync(file));
}

/** Those of such kinds and with such attributes mean other dimensions in maps. */
const namesDimensions = ({ opType, attribute }: NodeProto) =>
  /Softmax|Flatten|Reshape|Squeeze/.test(opType) ||
  attribute.some(({ name }) => /^(?:axis|axes|perm)$/.test(name));

/** As n×c×h×w: vectors are maps of one position, and c×h×w is one image. Null for other ranks. */
function liftRank({ dims, values }: Constant, nodes: readonly NodeProto[]): Constant | null {
  if (dims.length === 4) return { dims, values };
  if (dims.length === 2) return { dims: [...dims, 1, 1], values };
  return dims.length === 3 && !nodes.some(namesDimensions) ? { dims: [1, ...dims], values } : null;
}

/** A network of Convoy's takes maps and ends in a number for each class: the input is flattened where it was flat, and behind the output comes an identity matrix. */
function flattenEnds(
  { graph }: ModelProto,
  { dims }: Constant,
  { wasFlat, outputs }: { readonly wasFlat: boolean; readonly outputs: number },
): void {
  const { node, input, output, initializer } = graph!;
  const dim = dims.map((size) => ({ value: { case: 'dimValue' as const, value: BigInt(size) } }));
  const elemType = DataType.FLOAT;
  const type = { value: { case: 'tensorType' as const, value: { elemType, shape: { dim } } } };
  const name = wasFlat ? 'maps' : input[0]!.name;
  if (wasFlat)
    node.unshift(create(NodeProtoSchema, { opType: 'Flatten', input: [name], output: [input[0]!.name] }));
  graph!.input = [create(ValueInfoProtoSchema, { name, type })];
  const identity = Float32Array.from({ length: outputs ** 2 }, (_, i) => (i % (outputs + 1) === 0 ? 1 : 0));
  initializer.push(
    create(TensorProtoSchema, {
      name: 'identity',
      dims: [BigInt(outputs), BigInt(outputs)],
      dataType: DataType.FLOAT,
      rawData: new Uint8Array(identity.buffer),
    }),
  );
  node.push(
    create(NodeProtoSchema, { opType: 'Flatten', input: [output[0]!.name], output: ['flat'] }),
    create(NodeProtoSchema, { opType: 'MatMul', input: ['flat', 'identity'], output: ['same'] }),
  );
  graph!.output = [create(ValueInfoProtoSchema, { name: 'same' })];
}
