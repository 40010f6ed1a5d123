import { create } from '@bufbuild/protobuf';
import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import { cutWeights, layOutNetwork, shapeNormalization } from '../../checkpoint/layout.js';
import { UserError } from '../../core/errors.js';
import { readManifest } from '../../core/manifest.js';
import { INNER_KINDS, JOINT_KINDS, LAYER_KINDS } from '../../layers/registry.js';
import { isComputed, type NetworkPlan, planNetwork } from '../../network/plan.js';
import type { Plugins } from '../../plugins/plugins.js';
import { describeContent, PRODUCER } from '../metadata.js';
import {
  TensorProto_DataType as DataType,
  type ModelProto,
  ModelProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from '../wire/onnx_pb.js';
import { GraphWriter } from './graph-writer.js';
import { LayerSite, type Value } from './layer-site.js';
import { LAYER_WRITERS } from './layers/registry.js';

/** The versions of ONNX's operators that are written, and the version of the format that each came with. */
const FORMAT_VERSIONS = { 17: 8, 20: 9 } as const;
export type Opset = keyof typeof FORMAT_VERSIONS;
export const OPSETS = Object.keys(FORMAT_VERSIONS).map(Number) as readonly Opset[];

export interface BuildOptions {
  readonly opset: Opset;
  /** Whether the graph begins with bytes n×h×w×c, which it normalises itself. */
  readonly withPreprocessing: boolean;
  readonly plugins: Plugins;
  /** What the graph is called in messages. */
  readonly where: string;
}

/**
 * A trained network as an ONNX model: what it computes in tests, with its classes' names and its normalisation in the metadata.
 *
 * @throws UserError for kinds of layer that have no form there, all at once
 */
export function buildOnnxModel(trained: Checkpoint, options: BuildOptions): ModelProto {
  const { spec, weights } = trained;
  const { opset, plugins, withPreprocessing } = options;
  const plan = planNetwork(spec.network, {
    batchSize: 1,
    slices: 1,
    training: false,
    kinds: plugins.layers,
  });
  const steps = plan.steps.filter((step) => isComputed(step, { training: false }));
  checkKinds(steps, options.where);
  const graph = new GraphWriter();
  const input = graph.claim(INPUT);
  const { network } = spec;
  const first = withPreprocessing ? addPreprocessing(graph, input, trained) : input;
  const values = new Map<number, Value>([[0, { name: first, shape: network.input, isFlat: false }]]);
  const tensors = new Map(
    cutWeights(layOutNetwork(network, plugins.layers).tensors, weights).map(({ name, values }) => [
      name,
      values,
    ]),
  );
  for (const step of steps) {
    const { name, config, kind, inputs, outputs, layer, parameters, state } = step;
    const own = [...parameters, ...state].map(({ name: part }) => [part, tensors.get(`${name}.${part}`)!]);
    const site = new LayerSite(graph, {
      name,
      opset,
      inputs: inputs.map((tensor) => values.get(tensor)!),
      output: layer.output,
      tensors: Object.fromEntries(own) as LayerSite['tensors'],
    });
    const made = LAYER_WRITERS[kind.kind]!(config, site);
    for (const output of outputs) values.set(output, made);
  }
  const output = nameOutput(graph, values.get(plan.tensors.length - 1)!, network.loss);
  const { height, width, channels } = network.input;
  return create(ModelProtoSchema, {
    irVersion: BigInt(FORMAT_VERSIONS[opset]),
    opsetImport: [{ version: BigInt(opset) }],
    producerName: PRODUCER,
    producerVersion: readManifest().version,
    graph: {
      name: spec.model,
      node: graph.nodes,
      initializer: graph.initializers,
      input: [
        withPreprocessing
          ? describeTensor(input, DataType.UINT8, [height, width, channels])
          : describeTensor(input, DataType.FLOAT, [channels, height, width]),
      ],
      output: [describeTensor(output, DataType.FLOAT, [plan.tensors.at(-1)!.shape.channels])],
    },
    metadataProps: describeContent(trained, { withPreprocessing }),
  });
}

const INPUT = 'images';
const BATCH = 'N';

function checkKinds(steps: NetworkPlan['steps'], where: string): void {
  const known = new Set<unknown>([
    ...Object.values(LAYER_KINDS),
    ...Object.values(INNER_KINDS),
    ...Object.values(JOINT_KINDS),
  ]);
  const strange = steps.filter(({ kind }) => !known.has(kind) || !Object.hasOwn(LAYER_WRITERS, kind.kind));
  if (strange.length === 0) return;
  const found = strange.map(({ name, kind }) => `${kind.kind} (${name})`).join(', ');
  throw new UserError(
    `${where}: expected layers that have a form in ONNX, found ${found}. Replace them by built-in kinds before the export.`,
  );
}

/** (pixel − mean)·scale, then channels in front of height and width. */
function addPreprocessing(graph: GraphWriter, input: string, { spec, normalization }: Checkpoint): string {
  const add = (part: string, op: string, inputs: readonly string[], attributes = {}) =>
    graph.addNode(`${input}/${part}`, { op, inputs, attributes });
  const constant = (part: string, values: Float32Array) => {
    const tensor = shapeNormalization(values, spec.network.input);
    return graph.addFloats(`${input}.${part}`, tensor.shape, tensor.values);
  };
  const floats = add('floats', 'Cast', [input], { to: { int: DataType.FLOAT } });
  const centred = add('centred', 'Sub', [floats, constant('mean', normalization.mean)]);
  const scaled = add('scaled', 'Mul', [centred, constant('scale', normalization.scale)]);
  return add('maps', 'Transpose', [scaled], { perm: { ints: [0, 3, 1, 2] } });
}

/** Outputs are n×classes: logits, which the loss takes as they are, or what the loss compares with its targets. */
function nameOutput(graph: GraphWriter, { name, isFlat }: Value, loss: string): string {
  const wanted = loss === 'softmax-cross-entropy' ? 'logits' : 'outputs';
  const isMade = graph.nodes.some(({ output }) => output.includes(name));
  if (isFlat && isMade) return graph.rename(name, wanted);
  return graph.addNode(wanted, { op: 'Flatten', inputs: [name], attributes: { axis: { int: 1 } } });
}

/** n×…, n being free. */
function describeTensor(name: string, elemType: DataType, sizes: readonly number[]): ValueInfoProto {
  const fixed = sizes.map((size) => ({ value: { case: 'dimValue' as const, value: BigInt(size) } }));
  const dim = [{ value: { case: 'dimParam' as const, value: BATCH } }, ...fixed];
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType, shape: { dim } } } },
  });
}
