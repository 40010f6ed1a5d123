import { unknownName } from '../core/errors.js';
import type { Shape } from '../core/shape.js';
import type { JointKind, LayerConfig, LayerKinds, LayerPlan, Layout, StepKind } from '../layers/layer.js';
import { countLearningEpochs } from '../layers/parameter.js';
import { INNER_KINDS, JOINT_KINDS } from '../layers/registry.js';
import { checkJoin } from './composite.js';
import type { NamedComposite, NamedLayer } from './named-layers.js';

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
  readonly layer: LayerPlan;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** Where a step comes from. */
type Origin = Pick<FlatStep, 'layerIndex' | 'name' | 'layout'>;

/**
 * A network as a list of steps in an order in which they can be computed. Composites are taken apart: a fork, the steps of one branch after
 * another, a join. One step makes a tensor, and one reads it.
 */
export class FlatNetwork {
  readonly steps: FlatStep[] = [];
  readonly tensors: FlatTensor[];
  /** What the next layer reads. */
  #end = 0;
  readonly #kinds: LayerKinds;

  constructor(input: Shape, layout: Layout, kinds: LayerKinds) {
    this.#kinds = kinds;
    this.tensors = [{ name: 'input', shape: input, layout, needsGradient: false, learningEpochs: 0 }];
  }

  /** Appends a layer and returns its steps. */
  append(layer: NamedLayer, layout: Layout): FlatStep[] {
    const before = this.steps.length;
    this.#end = this.#addLayer(layer, layout, this.#end);
    return this.steps.slice(before);
  }

  /** Appends a change from images in lanes to images one after another. */
  appendRelayout({ index }: NamedLayer): void {
    const origin = { layerIndex: index, name: 'relayout', layout: 'lanes' } as const;
    [this.#end] = this.#addJoint('relayout', origin, [this.#end], ['relayout'], 'images') as [number];
  }

  #addLayer(layer: NamedLayer, layout: Layout, input: number): number {
    const { name, where, config, index, composite } = layer;
    if (composite) return this.#addComposite(layer, composite, layout, input);
    const kind = this.#findKind(config, where);
    const plan = kind.plan(config, this.tensors[input]!.shape, where, layout);
    const step = { layerIndex: index, name, layout, config, kind, layer: plan };
    return this.#addStep(step, [input], [name], layout)[0]!;
  }

  #findKind({ kind }: LayerConfig, where: string) {
    if (Object.hasOwn(this.#kinds, kind)) return this.#kinds[kind]!;
    if (Object.hasOwn(INNER_KINDS, kind)) return INNER_KINDS[kind]!;
    throw unknownName(where, 'layer kind', kind, Object.keys(this.#kinds));
  }

  #addComposite(
    { name, where, index }: NamedLayer,
    { join, branches }: NamedComposite,
    layout: Layout,
    input: number,
  ): number {
    const titles = branches.map(({ title }) => title);
    const joins = branches.length > 1;
    const origin = { layerIndex: index, layout };
    const heads = joins
      ? this.#addJoint(
          'fork',
          { ...origin, name: `${name}.fork` },
          [input],
          titles.map((title) => `${name}.${title}`),
        )
      : [input];
    const ends = branches.map(({ layers }, i) =>
      layers.reduce((end, layer) => this.#addLayer(layer, layout, end), heads[i]!),
    );
    if (!joins) return ends[0]!;
    checkJoin(
      join,
      titles,
      ends.map((end) => this.tensors[end]!.shape),
      where,
    );
    return this.#addJoint(join, { ...origin, name }, ends, [name])[0]!;
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
