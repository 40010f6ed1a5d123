import type { Shape } from '../../core/shape.js';
import type { Constant } from './constants.js';
import { type Node, require } from './node.js';
import { areChannelsLast, spread, turnPixels } from './pixels.js';
import type { LayerValue, PixelValue, Value } from './values.js';

/** A layer of the network that is being made. */
export interface LayerDraft {
  name: string;
  /** Its fields in the spec. */
  fields: Record<string, unknown> & { kind: string };
  readonly inputs: readonly string[];
  /** By their names in a checkpoint, as they lie there. */
  readonly tensors: Record<string, Float32Array>;
  readonly shape: Shape;
}

export interface BuilderOptions {
  /** How many nodes read each tensor of the graph. */
  readonly readers: ReadonlyMap<string, number>;
  /** What a layer is called by its weights, by the names of their tensors. */
  readonly weights: ReadonlyMap<string, string>;
  /** The tensor that the network ends in. */
  readonly output: string;
  /** Images of a mini-batch, where the file says how many; its shapes may have that number then. */
  readonly batchSize: number | null;
  /** Whether channels of images that are flattened as they are may stand last. */
  readonly mayBeChannelsLast: boolean;
}

/** The name by which layers read the network's input. */
const INPUT = 'input';

/** Takes what the nodes of a graph make, and turns it into layers. */
export class NetworkBuilder {
  readonly layers: LayerDraft[] = [];
  /** The network's input, once a layer has read it. */
  input: { readonly shape: Shape; readonly mean: Float32Array; readonly scale: Float32Array } | null = null;
  readonly #values = new Map<string, Value>();
  /** The tensors that are what a layer makes: several where nodes pass it on. */
  readonly #madeBy = new Map<string, string[]>();
  readonly #offered = new Map<string, () => Constant>();
  readonly #lost = new Set<string>();
  readonly #options: BuilderOptions;
  readonly #drafts = new Map<string, LayerDraft>();
  #pixels: PixelValue | null = null;
  readonly #counts = new Map<string, number>();

  constructor(options: BuilderOptions) {
    this.#options = options;
  }

  set(tensor: string, value: Value): void {
    this.#values.set(tensor, value);
    if ('layer' in value) this.#madeBy.set(value.layer, [...(this.#madeBy.get(value.layer) ?? []), tensor]);
  }

  /** Numbers of the file, which are read if a node asks for them. */
  offer(tensor: string, read: () => Constant): void {
    this.#offered.set(tensor, read);
  }

  find(tensor: string): Value | undefined {
    const offered = this.#offered.get(tensor);
    if (offered && !this.#values.has(tensor)) this.#values.set(tensor, { form: 'constant', ...offered() });
    return this.#values.get(tensor);
  }

  /** Says that a tensor could not be made. */
  lose(tensor: string): void {
    this.#lost.add(tensor);
  }

  isLost(tensor: string): boolean {
    return this.#lost.has(tensor);
  }

  /** Whether nobody but the node at hand reads a tensor, or the layer that makes it under the name of another one. */
  isReadOnce(tensor: string): boolean {
    const value = this.#values.get(tensor);
    const tensors = value && 'layer' in value ? this.#madeBy.get(value.layer)! : [tensor];
    return tensors.every((name) => this.#options.readers.get(name) === 1);
  }

  /** Whether the first of the sizes that something is brought to is that of the mini-batch. */
  isBatch(size: number): boolean {
    return Number.isNaN(size) || [0, -1, 1, this.#options.batchSize].includes(size);
  }

  isOutput(tensor: string): boolean {
    return this.#options.output === tensor;
  }

  /** One of a node's inputs, which must be there. */
  value(node: Node, index: number): Value {
    const value = this.find(node.inputs[index] ?? '');
    require(value !== undefined, `without its input ${index + 1}`);
    return value;
  }

  /** One that must be numbers of the file. */
  constant(node: Node, index: number): Constant {
    const value = this.value(node, index);
    require(value.form === 'constant', `whose input ${index + 1} is no constant`);
    return value;
  }

  optionalConstant(node: Node, index: number): Constant | null {
    return node.inputs[index] ? this.constant(node, index) : null;
  }

  /** One that is what a layer makes, in whatever form. */
  layerValue(node: Node, index: number): LayerValue {
    const value = this.value(node, index);
    if (value.form === 'pixels') return this.#takeInput(value, false);
    require(value.form === 'maps' ||
      value.form === 'last' ||
      value.form === 'flat', `of ${value.form === 'constant' ? 'a constant' : 'what is no layer by itself'}`);
    return value;
  }

  /** The same for whoever takes either order: pixels of images whose channels seem to stand last are taken for that. */
  inEitherOrder(node: Node, index: number): LayerValue {
    const value = this.value(node, index);
    if (value.form !== 'pixels') return this.layerValue(node, index);
    return this.#takeInput(value, this.#options.mayBeChannelsLast && areChannelsLast(value));
  }

  /** One that is n×c×h×w, or n×c, which is the same on maps of one pixel. */
  maps(node: Node, index: number): LayerValue {
    const value = this.borderedMaps(node, index);
    require(!value.border, 'behind a Pad');
    return value;
  }

  /** The same, and there may be a border around it. */
  borderedMaps(node: Node, index: number): LayerValue {
    const value = this.layerValue(node, index);
    require(value.form === 'maps' || isSinglePixel(value.shape), `of n×h×w×c`);
    return value.form === 'maps' ? value : { ...value, form: 'maps' };
  }

  /** Adds a layer, and lets the node's output be what it makes, in the form of its first input. */
  add(
    node: Node,
    fields: LayerDraft['fields'],
    shape: Shape,
    inputs: readonly LayerValue[],
    tensors: Record<string, Float32Array> = {},
  ): void {
    const name = this.#nameLayer(node, fields.kind, Object.keys(tensors).length > 0);
    this.set(node.outputs[0]!, this.#addDraft(name, fields, shape, inputs, tensors));
  }

  /** A layer's value by way of an identity, for whoever reads that layer already. */
  again(input: LayerValue): LayerValue {
    const name = this.#nameLayer(null, 'identity', false);
    return this.#addDraft(name, { kind: 'identity' }, input.shape, [input], {});
  }

  #addDraft(
    name: string,
    fields: LayerDraft['fields'],
    shape: Shape,
    inputs: readonly LayerValue[],
    tensors: Record<string, Float32Array>,
  ): LayerValue {
    const [first] = inputs as [LayerValue];
    const draft = { name, fields, inputs: inputs.map(({ layer }) => layer), tensors, shape };
    this.layers.push(draft);
    this.#drafts.set(name, draft);
    this.#madeBy.set(name, []);
    return { form: first.form, order: first.order, shape, layer: name };
  }

  /** The layer that makes a value. */
  draftOf({ layer }: LayerValue): LayerDraft | undefined {
    return this.#drafts.get(layer);
  }

  /** Lets a node be part of the layer that makes its input, which nobody else reads; the layer is called as the node would be. */
  absorb(node: Node, value: LayerValue, draft: LayerDraft): void {
    this.#forget(draft);
    draft.name = this.#nameLayer(node, draft.fields.kind, true);
    this.#drafts.set(draft.name, draft);
    this.set(node.outputs[0]!, { ...value, layer: draft.name });
  }

  /** Takes the last layer back; the node's output is to come from its input. It is read by so many nodes at most, all of which are taken back. */
  replaceLast(draft: LayerDraft, mostReaders = 1): void {
    require(this.layers.at(-1) === draft, 'that is not right behind what it belongs to');
    require(this.#madeBy
      .get(draft.name)!
      .every(
        (name) => this.#options.readers.get(name)! <= mostReaders,
      ), `whose part '${draft.name}' others read, too`);
    this.layers.pop();
    this.#forget(draft);
  }

  #forget({ name }: LayerDraft): void {
    this.#drafts.delete(name);
    this.#madeBy.delete(name);
  }

  #takeInput(pixels: PixelValue, isLast: boolean): LayerValue {
    require(pixels.sizes.length === 3, `of an input of ${pixels.sizes.length + 1} dimensions, not four`);
    require(this.#pixels === null ||
      this.#pixels === pixels, 'of pixels that others read otherwise normalised');
    this.#pixels = pixels;
    const { sizes, mean, scale } = isLast ? turnPixels(pixels) : pixels;
    const [channels, height, width] = sizes as [number, number, number];
    const shape = { height, width, channels };
    this.input ??= { shape, mean: spread(mean, shape), scale: spread(scale, shape) };
    return isLast
      ? { form: 'last', order: 'channels-last', shape, layer: INPUT }
      : { form: 'maps', order: 'channels-first', shape, layer: INPUT };
  }

  #nameLayer(node: Node | null, kind: string, hasWeights: boolean): string {
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    const weights = hasWeights
      ? node?.inputs.map((input) => this.#options.weights.get(input)).find(Boolean)
      : undefined;
    const wanted =
      cleanName(weights ?? (node && /[a-z]/i.test(node.name) ? node.name : '')) || `${kind}${count}`;
    let name = wanted;
    for (let more = 2; name === INPUT || this.#drafts.has(name); more++) name = `${wanted}_${more}`;
    return name;
  }
}

/** Without what tensors of checkpoints have a meaning for. */
function cleanName(name: string): string {
  return name.replace(/^\/+/, '').replace(/[^\w./-]+/g, '_');
}

export function isSinglePixel({ height, width }: Shape): boolean {
  return height === 1 && width === 1;
}
