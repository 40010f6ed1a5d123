import { unknownName } from '../core/errors.js';
import type { Shape } from '../core/shape.js';
import type { JointKind, LayerConfig, LayerKinds, LayerPlan, Layout, StepKind } from '../layers/layer.js';
import { countLearningEpochs } from '../layers/parameter.js';
import { INNER_KINDS, JOINT_KINDS } from '../layers/registry.js';
import { checkJoin } from './composite.js';
import { INPUT, isJoin } from './inputs.js';
import type { NamedBranch, NamedComposite, NamedLayer } from './named-layers.js';

/** A tensor that has no place in memory yet. */
export interface FlatTensor {
  readonly name: string;
  readonly shape: Shape;
  readonly layout: Layout;
  /** True behind the first parameters that learn. */
  readonly needsGradient: boolean;
  /** Epochs for which something before it learns: 0 if nothing ever does, infinite if something is never frozen. */
  readonly learningEpochs: number;
}

/** One step of a network, over tensors by their indices. */
export interface FlatStep {
  /** Of the layer, see NamedLayer; of one near by for a step that the plan puts in. */
  readonly layerIndex: number;
  readonly name: string;
  readonly config: LayerConfig;
  /** How it is computed. */
  // biome-ignore lint/suspicious/noExplicitAny: each kind has its own configuration
  readonly kind: StepKind<any>;
  /** Of the inputs. */
  readonly layout: Layout;
  /** True if heads alone depend on it: it is computed in training only. */
  readonly auxiliary: boolean;
  readonly layer: LayerPlan;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** How a step is computed, wherever it stands. */
export type Setting = Pick<FlatStep, 'layout' | 'auxiliary'>;

/** Where a step comes from. */
type Origin = Setting & Pick<FlatStep, 'layerIndex' | 'name'>;

/** Who reads a tensor, and how. */
interface Reader extends Setting {
  readonly name: string;
}

/** How layers are computed that stand one after another, and who reads them beside each other. */
export interface Wiring {
  /** Of each layer. */
  readonly settings: readonly Setting[];
  /** The places of layers that heads read; none where nothing is trained. */
  readonly heads: readonly number[];
  /** Of what is made of the last layer. */
  readonly output: Setting;
}

/**
 * A network as a list of steps in an order in which they can be computed. Composites are taken apart: the steps of one branch after another, a
 * join. One step makes a tensor, and one reads it: where several layers read one, be it in branches, a fork stands behind it.
 */
export class FlatNetwork {
  readonly steps: FlatStep[] = [];
  readonly tensors: FlatTensor[];
  /** What heads read, by the places of their layers. */
  readonly heads = new Map<number, number>();
  readonly #training: boolean;
  readonly #kinds: LayerKinds;

  constructor(
    input: Shape,
    layout: Layout,
    { training, kinds }: { readonly training: boolean; readonly kinds: LayerKinds },
  ) {
    this.#training = training;
    this.#kinds = kinds;
    this.tensors = [{ name: 'input', shape: input, layout, needsGradient: false, learningEpochs: 0 }];
  }

  /**
   * Appends a network's layers. The last tensor is their output, image after image.
   *
   * @returns the steps of each, without forks and changes of layout around it
   */
  append(layers: readonly NamedLayer[], wiring: Wiring): FlatStep[][] {
    const inputs = this.#deal(0, listReaders(layers, wiring).get(INPUT) ?? []);
    return this.#addLevel(layers, inputs, wiring).stepsOf;
  }

  /** @param inputs what the first layer reads, and others by the name of input: a tensor for each reader */
  #addLevel(
    layers: readonly NamedLayer[],
    inputs: readonly number[],
    wiring: Wiring,
  ): { end: number; stepsOf: FlatStep[][] } {
    const readers = listReaders(layers, wiring);
    /** By the place of its maker, a tensor for each reader that has still to come. */
    const supplies = new Map([[INPUT, [...inputs]]]);
    const stepsOf = layers.map((layer, place) => {
      const setting = wiring.settings[place]!;
      const reads = listEntries(layer, setting).length;
      const inputs = layer.sources.flatMap((source) => supplies.get(source)!.splice(0, reads));
      const before = this.steps.length;
      const output = this.#addLayer(layer, setting, inputs);
      const steps = this.steps.slice(before);
      const supply = this.#deal(output, readers.get(place) ?? []);
      if (wiring.heads.includes(place)) this.heads.set(place, supply.pop()!);
      supplies.set(place, supply);
      return steps;
    });
    return { end: supplies.get(layers.length - 1)!.shift()!, stepsOf };
  }

  /** A tensor for each reader, with their own gradients. Sums of those run in the order of the readers. */
  #deal(tensor: number, readers: readonly Reader[]): number[] {
    // Those that are not computed need nothing of their own.
    const isComputed = ({ auxiliary }: Setting) => this.#training || !auxiliary;
    const computed = readers.filter(isComputed);
    const inImages = computed.length > 0 && computed.every(({ layout }) => layout === 'images');
    const auxiliary = computed.every((reader) => reader.auxiliary);
    const shared = inImages ? this.#bring(tensor, { layout: 'images', auxiliary }) : tensor;
    const copies = computed.length > 1 ? [...this.#forkFor(shared, computed, auxiliary)] : [shared];
    return readers.map((reader) => this.#bring(isComputed(reader) ? copies.shift()! : tensor, reader));
  }

  #forkFor(tensor: number, readers: readonly Reader[], auxiliary: boolean): number[] {
    const { name, layout } = this.tensors[tensor]!;
    const origin = { ...this.#stepBefore, name: `${name}.readers`, layout, auxiliary };
    return this.#addJoint(
      'fork',
      origin,
      [tensor],
      readers.map((reader) => `${name}.to.${reader.name}`),
    );
  }

  /** The tensor as somebody reads it: behind a change from images in lanes to images one after another, if need be. */
  #bring(tensor: number, { layout, auxiliary }: Setting): number {
    if (this.tensors[tensor]!.layout === layout) return tensor;
    const origin = { ...this.#stepBefore, name: 'relayout', layout: 'lanes', auxiliary } as const;
    return this.#addJoint('relayout', origin, [tensor], ['relayout'], layout)[0]!;
  }

  get #stepBefore(): Pick<FlatStep, 'layerIndex'> {
    return { layerIndex: this.steps.at(-1)?.layerIndex ?? 0 };
  }

  #addLayer(layer: NamedLayer, setting: Setting, inputs: readonly number[]): number {
    const { name, where, config, index, composite } = layer;
    const [input] = inputs as [number];
    const origin = { ...setting, layerIndex: index, name };
    if (composite) return this.#addComposite(layer, composite, setting, inputs);
    if (isJoin(config.kind)) return this.#addJoin(config.kind, origin, inputs, config.inputs!, layer);
    const kind = this.#findKind(config, where);
    const plan = kind.plan(config, this.tensors[input]!.shape, where, setting.layout);
    return this.#addStep({ ...origin, config, kind, layer: plan }, inputs, [name], setting.layout)[0]!;
  }

  #findKind({ kind }: LayerConfig, where: string) {
    if (Object.hasOwn(this.#kinds, kind)) return this.#kinds[kind]!;
    if (Object.hasOwn(INNER_KINDS, kind)) return INNER_KINDS[kind]!;
    throw unknownName(where, 'layer kind', kind, Object.keys(this.#kinds));
  }

  /** @param inputs a tensor for each of its entries */
  #addComposite(
    layer: NamedLayer,
    { join, branches }: NamedComposite,
    setting: Setting,
    inputs: readonly number[],
  ): number {
    const supply = [...inputs];
    const ends = branches.map((branch) => {
      const wiring = wireBranch(branch, setting);
      const own = supply.splice(0, listBranchEntries(branch, layer, setting).length);
      return this.#addLevel(branch.layers, own, wiring).end;
    });
    if (branches.length === 1) return ends[0]!;
    const origin = { ...setting, layerIndex: layer.index, name: layer.name };
    const titles = branches.map(({ title }) => title);
    return this.#addJoin(join, origin, ends, titles, layer);
  }

  #addJoin(
    join: NamedComposite['join'],
    origin: Origin,
    inputs: readonly number[],
    titles: readonly string[],
    { config, where }: NamedLayer,
  ): number {
    const shapes = inputs.map((input) => this.tensors[input]!.shape);
    checkJoin(join, titles, shapes, where);
    const kind: JointKind = JOINT_KINDS[join];
    const own = { kind: join, ...(config.inputs && { inputs: config.inputs }) };
    const step = { ...origin, config: own, kind, layer: kind.plan(shapes) };
    return this.#addStep(step, inputs, [origin.name], origin.layout)[0]!;
  }

  #addJoint(
    kind: keyof typeof JOINT_KINDS,
    origin: Origin,
    inputs: readonly number[],
    outputs: readonly string[],
    outputLayout = origin.layout,
  ): number[] {
    const joint: JointKind = JOINT_KINDS[kind];
    const layer = joint.plan(inputs.map((input) => this.tensors[input]!.shape));
    return this.#addStep({ ...origin, config: { kind }, kind: joint, layer }, inputs, outputs, outputLayout);
  }

  /** @returns the indices of the outputs */
  #addStep(
    step: Omit<FlatStep, 'inputs' | 'outputs'>,
    inputs: readonly number[],
    outputNames: readonly string[],
    outputLayout: Layout,
  ): number[] {
    const learningEpochs = Math.max(
      ...step.layer.parameters.map(countLearningEpochs),
      ...inputs.map((input) => this.tensors[input]!.learningEpochs),
    );
    const needsGradient = learningEpochs > 0;
    const outputs = outputNames.map((name) => {
      this.tensors.push({
        name,
        shape: step.layer.output,
        layout: outputLayout,
        needsGradient,
        learningEpochs,
      });
      return this.tensors.length - 1;
    });
    this.steps.push({ ...step, inputs, outputs });
    return outputs;
  }
}

/** What is planned of a flat network. */
export type FlatSteps = Pick<FlatNetwork, 'tensors' | 'steps' | 'heads'>;

/** Who reads what, by the place of its maker: layers in their order, a head, what is made of the last layer. */
function listReaders(
  layers: readonly NamedLayer[],
  { settings, heads, output }: Wiring,
): Map<number, Reader[]> {
  const readers = new Map<number, Reader[]>();
  const add = (source: number, reader: Reader) =>
    readers.set(source, [...(readers.get(source) ?? []), reader]);
  for (const [place, layer] of layers.entries()) {
    for (const source of layer.sources) {
      for (const entry of listEntries(layer, settings[place]!)) add(source, entry);
    }
  }
  for (const head of heads) add(head, { name: 'head', layout: 'images', auxiliary: true });
  add(layers.length - 1, { name: 'output', ...output });
  return readers;
}

/** Who reads what a layer is given: itself, or of a composite all that begins its branches, as if it were written out. */
function listEntries(layer: NamedLayer, setting: Setting): Reader[] {
  const { name, composite } = layer;
  if (!composite) return [{ name, ...setting }];
  return composite.branches.flatMap((branch) => listBranchEntries(branch, layer, setting));
}

function listBranchEntries(branch: NamedBranch, { name }: NamedLayer, setting: Setting): Reader[] {
  if (branch.layers.length === 0) return [{ name: `${name}.${branch.title}`, ...setting }];
  return listReaders(branch.layers, wireBranch(branch, setting)).get(INPUT) ?? [];
}

/** All of a composite is computed in one way. */
function wireBranch({ layers }: NamedBranch, setting: Setting): Wiring {
  return { settings: layers.map(() => setting), heads: [], output: setting };
}
