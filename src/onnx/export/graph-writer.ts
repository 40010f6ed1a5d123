import { create } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from '../wire/onnx_pb.js';

/** A node's attribute, by the type that it has in the file. */
export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] }
  | { readonly text: string };

/** A node, before its names are settled. */
export interface NodeDraft {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** Nodes and constants of a graph in the order in which they are added, each under a name of its own. */
export class GraphWriter {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  readonly #taken = new Set<string>();

  /** The name, or if it is taken one with a count behind it. */
  claim(name: string): string {
    let free = name;
    for (let count = 2; this.#taken.has(free); count++) free = `${name}_${count}`;
    this.#taken.add(free);
    return free;
  }

  /** @returns the name of what the node makes, which is the node's own */
  addNode(wanted: string, { op, inputs, attributes = {} }: NodeDraft): string {
    const name = this.claim(wanted);
    const attribute = Object.entries(attributes).map(([key, value]) => makeAttribute(key, value));
    this.nodes.push(
      create(NodeProtoSchema, { name, opType: op, input: [...inputs], output: [name], attribute }),
    );
    return name;
  }

  /** Numbers of 32 bits; of the shape [] one number by itself. */
  addFloats(wanted: string, shape: readonly number[], values: Float32Array): string {
    return this.#addTensor(wanted, shape, DataType.FLOAT, values);
  }

  /** Whole numbers, as shapes and paddings are given to nodes. */
  addIntegers(wanted: string, values: readonly number[]): string {
    return this.#addTensor(wanted, [values.length], DataType.INT64, BigInt64Array.from(values, BigInt));
  }

  /** Gives a tensor that a node makes another name, wherever it is read. */
  rename(from: string, wanted: string): string {
    const name = this.claim(wanted);
    const change = (names: string[]) => {
      for (const [i, old] of names.entries()) if (old === from) names[i] = name;
    };
    for (const { input, output } of this.nodes) {
      change(input);
      change(output);
    }
    return name;
  }

  #addTensor(
    wanted: string,
    shape: readonly number[],
    dataType: DataType,
    { buffer, byteOffset, byteLength }: Float32Array | BigInt64Array,
  ): string {
    const name = this.claim(wanted);
    const rawData = new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
    this.initializers.push(create(TensorProtoSchema, { name, dims: shape.map(BigInt), dataType, rawData }));
    return name;
  }
}

function makeAttribute(name: string, value: Attribute): AttributeProto {
  if ('int' in value) {
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value.int) });
  }
  if ('float' in value) {
    return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.float });
  }
  if ('ints' in value) {
    return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.ints.map(BigInt) });
  }
  const s = new TextEncoder().encode(value.text);
  return create(AttributeProtoSchema, { name, type: AttributeType.STRING, s });
}
