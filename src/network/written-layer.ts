import type { z } from 'zod';
import type { PluginLayers } from '../core/plugin-kinds.js';
import type { Written } from '../core/written.js';
import type { LayerKind } from '../layers/layer.js';
import type { LossName } from '../layers/loss.js';
import type { BuiltInKinds } from '../layers/registry.js';
import type { branchesSchema, Join, residualSchema, squeezeExcitationSchema } from './composite.js';
import type { HeadSpec } from './heads.js';

/** A layer as a user writes it; what has a default may be left out. */
export type WrittenLayer = (
  | BuiltInLayer
  | WrittenResidual
  | WrittenBranches
  | Written<z.input<typeof squeezeExcitationSchema>>
  | JoinedLayers
  | PluginLayer
) & {
  /** Names of the layers that it reads, or `input`. Absent: the layer before it. */
  readonly inputs?: readonly string[] | undefined;
};

type BuiltInLayer = {
  [Kind in keyof BuiltInKinds]: BuiltInKinds[Kind] extends LayerKind<infer _, infer Fields>
    ? Written<Fields>
    : never;
}[keyof BuiltInKinds];

type PluginLayer = {
  [Kind in keyof PluginLayers]: {
    readonly kind: Kind;
    readonly name?: string | undefined;
  } & Written<PluginLayers[Kind]>;
}[keyof PluginLayers];

interface WrittenResidual extends Written<Omit<z.input<typeof residualSchema>, 'body' | 'shortcut'>> {
  readonly body: readonly WrittenLayer[];
  /** Absent or empty for the identity. */
  readonly shortcut?: readonly WrittenLayer[] | undefined;
}

interface WrittenBranches extends Written<Omit<z.input<typeof branchesSchema>, 'branches'>> {
  /** An empty one is the identity. */
  readonly branches: readonly (readonly WrittenLayer[])[];
}

/** Joins the layers that its `inputs` name. */
interface JoinedLayers {
  readonly kind: Exclude<Join, 'gate'>;
  readonly name?: string | undefined;
}

/** A loss of its own on one of the layers. */
export interface WrittenHead extends Written<Omit<HeadSpec, 'loss'>> {
  /** Absent: the network's. */
  readonly loss?: LossName | undefined;
}
