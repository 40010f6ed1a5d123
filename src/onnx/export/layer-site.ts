import type { Shape } from '../../core/shape.js';
import type { Attribute, GraphWriter } from './graph-writer.js';

/** A tensor of the graph: n×c×h×w, or n×c, which fully connected layers make. */
export interface Value {
  readonly name: string;
  readonly shape: Shape;
  readonly isFlat: boolean;
}

type Attributes = Readonly<Record<string, Attribute>>;

/** Where a layer is written: what it reads, what it has learned, and the graph that it goes into. */
export class LayerSite {
  readonly inputs: readonly Value[];
  readonly output: Shape;
  /** By their names, as a checkpoint has them: `kernel`, `runningMean`. */
  readonly tensors: Readonly<Record<string, Float32Array>>;
  /** Version of ONNX's operators. */
  readonly opset: number;
  readonly #name: string;
  readonly #graph: GraphWriter;

  constructor(
    graph: GraphWriter,
    layer: Pick<LayerSite, 'inputs' | 'output' | 'tensors' | 'opset'> & { readonly name: string },
  ) {
    this.#graph = graph;
    this.#name = layer.name;
    this.inputs = layer.inputs;
    this.output = layer.output;
    this.tensors = layer.tensors;
    this.opset = layer.opset;
  }

  /** The first of the inputs. */
  get input(): Value {
    return this.inputs[0]!;
  }

  /** Adds the node that makes the layer's output. */
  finish(op: string, inputs: readonly string[], attributes: Attributes = {}, isFlat = false): Value {
    const name = this.#graph.addNode(this.#name, { op, inputs, attributes });
    return { name, shape: this.output, isFlat };
  }

  /** Adds a node on the way to the output; `part` is what it is called behind the layer. */
  node(part: string, op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.#graph.addNode(`${this.#name}/${part}`, { op, inputs, attributes });
  }

  /** A tensor of the layer, or what is made of it. */
  weights(part: string, shape: readonly number[], values: Float32Array): string {
    return this.#graph.addFloats(`${this.#name}.${part}`, shape, values);
  }

  /** One number for all elements. */
  number(part: string, value: number): string {
    return this.#graph.addFloats(`${this.#name}/${part}`, [], Float32Array.of(value));
  }

  integers(part: string, values: readonly number[]): string {
    return this.#graph.addIntegers(`${this.#name}/${part}`, values);
  }

  /** An input as n×c×h×w. */
  maps(value = this.input): string {
    if (!value.isFlat) return value.name;
    const shape = this.integers(`${value.name} shape`, [0, value.shape.channels, 1, 1]);
    return this.node(`${value.name} maps`, 'Reshape', [value.name, shape]);
  }

  /** The shape that numbers of each channel need in order to go along with an input. */
  perChannel({ shape, isFlat }: Pick<Value, 'shape' | 'isFlat'> = this.input): number[] {
    return isFlat ? [shape.channels] : [shape.channels, 1, 1];
  }
}

/** Writes one kind of layer; `config` is checked and resolved. */
// biome-ignore lint/suspicious/noExplicitAny: each kind has its own configuration, checked by its own schema
export type WriteLayer = (config: any, site: LayerSite) => Value;
