import { UserError } from '../../core/errors.js';
import type { Shape } from '../../core/shape.js';
import { PRODUCER } from '../metadata.js';
import type { TensorProto, ValueInfoProto } from '../wire/onnx_pb.js';
import { readConstant } from './constants.js';
import { foldConstants, isFolded } from './folding/fold.js';
import { type InputOptions, MOST_TOLD, readBatchSize, setInput } from './graph-input.js';
import { type LayerDraft, NetworkBuilder } from './network-builder.js';
import { Node, UnsupportedNode } from './node.js';
import { NODE_READERS } from './nodes/registry.js';
import type { OnnxModel } from './read-model.js';
import type { LayerValue } from './values.js';

export interface ConvertOptions extends InputOptions {
  /** Which of several outputs is the network's. */
  readonly output: string | null;
  /** The bytes of a tensor that lie in another file; null if they do not. */
  readonly readExternal: (tensor: TensorProto) => Uint8Array | null;
}

/** What a graph is made of. */
export interface ConvertedGraph {
  readonly input: Shape;
  /** Of the pixels, h×w×c, as far as the graph does that itself. */
  readonly mean: Float32Array;
  readonly scale: Float32Array;
  readonly layers: readonly LayerDraft[];
}

/** More are of no network that can be trained here. */
const MOST_NODES = 50_000;

/**
 * The layers that compute what a graph does, with their weights.
 *
 * @throws UserError for an input that is no image, several outputs of which none is named, and nodes without a form here, all at once
 */
export function convertGraph(
  { graph, opsetImport, producerName }: OnnxModel,
  options: ConvertOptions,
): ConvertedGraph {
  const { where } = options;
  const opset = Number(
    opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 1n,
  );
  const output = chooseOutput(graph.output, options);
  const nodes = orderNodes(
    graph.node.map((node) => new Node(node, opset)),
    output,
    where,
  );
  const given = new Set(graph.initializer.map(({ name }) => name));
  const inputs = graph.input.filter(({ name }) => !given.has(name));
  const network = new NetworkBuilder({
    readers: countReaders(nodes, output),
    weights: nameWeights(graph.initializer),
    output,
    batchSize: readBatchSize(inputs),
    mayBeChannelsLast: producerName !== PRODUCER,
  });
  for (const tensor of graph.initializer) {
    network.offer(tensor.name, () => readConstant(tensor, options.readExternal(tensor), where));
  }
  setInput(network, inputs, options);
  const problems: string[] = [];
  for (const node of nodes) {
    const problem = readNode(node, network, options);
    if (problem) problems.push(problem);
  }
  if (problems.length > 0) {
    const told = problems.slice(0, MOST_TOLD).join('; ');
    const more = problems.length > MOST_TOLD ? `; and ${problems.length - MOST_TOLD} more` : '';
    throw new UserError(
      `${where}: expected nodes that Convoy has layers for, found ${told}${more}. Export the network without them; docs/onnx.md has what is read.`,
    );
  }
  const last = network.find(output);
  if (network.layers.length === 0 || !network.input || last?.form === 'constant' || !last) {
    throw new UserError(
      `${where}: expected a network between its input and '${output}', found no layer. Check the file.`,
    );
  }
  endIn(last as LayerValue, network, where);
  return {
    input: network.input.shape,
    mean: network.input.mean,
    scale: network.input.scale,
    layers: network.layers,
  };
}

function chooseOutput(outputs: readonly ValueInfoProto[], { output, where }: ConvertOptions): string {
  const names = outputs.map(({ name }) => name);
  const listed = names.slice(0, MOST_TOLD).join(', ') || 'none';
  if (output !== null) {
    if (names.includes(output)) return output;
    throw new UserError(
      `${where}: expected one of its outputs (${listed}), found '${output}'. Correct the name.`,
    );
  }
  if (names.length === 1) return names[0]!;
  throw new UserError(
    `${where}: expected one output, found ${names.length} (${listed}). Name that of the classes: --output.`,
  );
}

/** The nodes that an output depends on, each behind those that it reads. */
function orderNodes(nodes: readonly Node[], output: string, where: string): Node[] {
  if (nodes.length > MOST_NODES) {
    throw new UserError(
      `${where}: expected at most ${MOST_NODES} nodes, found ${nodes.length}. Take a smaller network.`,
    );
  }
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const state = new Map<Node, 'open' | 'done'>();
  const ordered: Node[] = [];
  const stack = [makers.get(output)];
  while (stack.length > 0) {
    const node = stack.at(-1);
    if (!node || state.get(node) === 'done') {
      stack.pop();
      continue;
    }
    const missing = node.inputs
      .map((name) => makers.get(name))
      .filter((maker) => maker && state.get(maker) !== 'done');
    if (missing.length === 0) {
      state.set(node, 'done');
      ordered.push(node);
      stack.pop();
      continue;
    }
    if (state.get(node) === 'open') {
      throw new UserError(
        `${where}: expected a graph without cycles, found one through ${node.op} '${node.name}'. The file is broken.`,
      );
    }
    state.set(node, 'open');
    stack.push(...missing);
  }
  // As the file has them, if they stand in an order that they can be computed in; most do.
  const places = new Map(nodes.map((node, place) => [node, place]));
  const byPlace = [...ordered].sort((a, b) => places.get(a)! - places.get(b)!);
  const isOrdered = byPlace.every((node) =>
    node.inputs.every((name) => {
      const maker = makers.get(name);
      return !maker || places.get(maker)! < places.get(node)!;
    }),
  );
  return isOrdered ? byPlace : ordered;
}

function countReaders(nodes: readonly Node[], output: string): Map<string, number> {
  const counts = new Map([[output, 1]]);
  for (const { inputs } of nodes) for (const name of inputs) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** What a layer is called by its weights: `conv1` of `conv1.weight`, as PyTorch and others have it. */
function nameWeights(initializers: readonly TensorProto[]): Map<string, string> {
  const named = initializers.flatMap(({ name }): [string, string][] => {
    const [, layer] = /^(?!onnx::)(.+)[./](?:kernel|weight|gamma|scale)(?::0)?$/.exec(name) ?? [];
    return layer ? [[name, layer]] : [];
  });
  return new Map(named);
}

/** Reads a node whose inputs could be read. @returns what is wrong with it */
function readNode(node: Node, network: NetworkBuilder, options: ConvertOptions): string | null {
  if (node.op === 'Constant') {
    const tensor = node.raw('value')?.t;
    if (tensor) {
      network.offer(node.outputs[0] ?? '', () =>
        readConstant(tensor, options.readExternal(tensor), options.where),
      );
      return null;
    }
    const values =
      node.integers('value_ints') ?? (node.raw('value_int') ? [node.integer('value_int', 0)] : null);
    const floats = values ?? (node.raw('value_float') ? [node.number('value_float', 0)] : null);
    if (floats) {
      network.offer(node.outputs[0] ?? '', () => ({
        dims: node.raw('value_ints') ? [floats.length] : [],
        values: Float32Array.from(floats),
        ...(values && { isWhole: true as const }),
      }));
      return null;
    }
  }
  // What a node before it would have made is missing: that one is told of, and this one if nothing could come of it either.
  if (node.inputs.some((name) => network.isLost(name))) {
    for (const name of node.outputs) network.lose(name);
    return Object.hasOwn(NODE_READERS, node.op) || isFolded(node.op) ? null : `${node.op} '${node.name}'`;
  }
  try {
    if (foldConstants(node, network)) {
      node.checkAllAsked();
      return null;
    }
    const read = Object.hasOwn(NODE_READERS, node.op) ? NODE_READERS[node.op]! : null;
    if (!read) throw new UnsupportedNode('');
    read(node, network);
    node.checkAllAsked();
    return null;
  } catch (error) {
    if (!(error instanceof UnsupportedNode) && !(error instanceof UserError)) throw error;
    for (const name of node.outputs) network.lose(name);
    return `${node.op} '${node.name}'${error.message ? ` ${error.message}` : ''}`;
  }
}

/** A network ends in its last layer. */
function endIn(value: LayerValue, network: NetworkBuilder, where: string): void {
  if (network.layers.at(-1)!.name === value.layer && !value.border) return;
  throw new UserError(
    `${where}: expected an output that its last layer (${network.layers.at(-1)!.name}) makes, found ${value.layer ?? 'another'}. Check the file.`,
  );
}
