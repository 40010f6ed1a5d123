import type { Shape } from '../../core/shape.js';
import type { Padding } from '../../layers/window.js';
import type { Constant } from './constants.js';

/** The graph's input, as long as no layer has read it: pixels, on their way to be normalised. */
export interface PixelValue {
  readonly form: 'pixels';
  /** Without that of the mini-batch: c×h×w, or h×w×c until a Transpose. */
  readonly sizes: readonly number[];
  /** (pixel − mean)·scale, each of them broadcast to the sizes. */
  readonly mean: Constant;
  readonly scale: Constant;
}

/** What a layer makes. */
export interface LayerValue {
  /** `maps`: n×c×h×w; `last`: n×h×w×c; `flat`: n×numbers, in the order in which `maps` or `last` has them. */
  readonly form: 'maps' | 'last' | 'flat';
  /** Of flat numbers: the shape of the maps that they were. */
  readonly shape: Shape;
  readonly order: 'channels-first' | 'channels-last';
  /** Name of the layer; `input` for the network's own. */
  readonly layer: string;
  /** Rows and columns around it that the next layer is to have as its own padding. */
  readonly border?: Border;
}

export interface Border {
  readonly padding: Padding;
  readonly mode: 'constant' | 'reflect' | 'replicate';
  readonly value: number;
}

/** Some groups of channels, normalised: what exporters make of a group normalisation, on its way. */
export interface GroupsValue {
  readonly form: 'groups';
  readonly groups: number;
  readonly source: LayerValue;
  /** Absent before they are. */
  readonly epsilon?: number;
}

/** The patches that a locally connected layer reads, on their way to its products, which have a kernel. */
export interface PatchesValue {
  readonly form: 'patches';
  readonly source: LayerValue;
  readonly kernel?: Constant;
}

/**
 * What a GELU is made of, on its way: x², x³, a share of the latter, the sum of x and that, `argument` of a tanh; then `bend`, a tanh or an erf, 1 more than that, and
 * half of it or x times it.
 */
export interface BendValue {
  readonly form: 'gelu';
  readonly approximate: 'none' | 'tanh';
  readonly step: 'square' | 'cube' | 'share' | 'sum' | 'argument' | 'bend' | 'raised' | 'halved' | 'product';
  readonly x: LayerValue;
}

/** Where what a layer makes is above a threshold. */
export interface ComparisonValue {
  readonly form: 'comparison';
  readonly of: LayerValue;
  readonly threshold: number;
}

export type ConstantValue = Constant & { readonly form: 'constant' };

export type Value =
  | PixelValue
  | LayerValue
  | GroupsValue
  | PatchesValue
  | BendValue
  | ComparisonValue
  | ConstantValue;
