import {
  type AttributeProto,
  AttributeProto_AttributeType as AttributeType,
  type NodeProto,
} from '../wire/onnx_pb.js';

/** Why a node has no form among Convoy's layers; all of a graph's are told of together. */
export class UnsupportedNode extends Error {}

/** A node whose attributes are read by their names and types; what nobody asked for is found at the end. */
export class Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** For messages, and for layers: its own, or that of what it makes. */
  readonly name: string;
  /** Of the default operators. */
  readonly opset: number;
  readonly #attributes: ReadonlyMap<string, AttributeProto>;
  readonly #asked = new Set<string>();

  constructor({ opType, domain, input, output, name, attribute }: NodeProto, opset: number) {
    this.op = domain === '' || domain === 'ai.onnx' ? opType : `${domain}.${opType}`;
    this.inputs = input;
    this.outputs = output;
    this.name = name || output[0] || '';
    this.opset = opset;
    this.#attributes = new Map(attribute.map((each) => [each.name, each]));
  }

  number(name: string, otherwise: number): number {
    return this.#find(name, AttributeType.FLOAT)?.f ?? otherwise;
  }

  integer(name: string, otherwise: number): number {
    const found = this.#find(name, AttributeType.INT);
    return found ? Number(found.i) : otherwise;
  }

  integers(name: string): number[] | null {
    return this.#find(name, AttributeType.INTS)?.ints.map(Number) ?? null;
  }

  text(name: string, otherwise: string): string {
    const found = this.#find(name, AttributeType.STRING);
    return found ? new TextDecoder().decode(found.s) : otherwise;
  }

  /** Any attribute, as the file has it. */
  raw(name: string): AttributeProto | undefined {
    this.#asked.add(name);
    return this.#attributes.get(name);
  }

  /** Says that these do not matter. */
  ignore(...names: readonly string[]): void {
    for (const name of names) this.#asked.add(name);
  }

  /** @throws UnsupportedNode if there is an attribute that nobody has asked for */
  checkAllAsked(): void {
    const strange = [...this.#attributes.keys()].filter((name) => !this.#asked.has(name));
    if (strange.length > 0) throw new UnsupportedNode(`with ${strange.join(', ')}`);
  }

  #find(name: string, type: AttributeType): AttributeProto | undefined {
    const found = this.raw(name);
    if (found && found.type !== type && found.type !== AttributeType.UNDEFINED) {
      throw new UnsupportedNode(`whose ${name} is ${AttributeType[found.type] ?? found.type}`);
    }
    return found;
  }
}

/** @throws UnsupportedNode unless a condition holds */
export function require(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new UnsupportedNode(otherwise);
}
