import fc from 'fast-check';
import { listPoints } from '../../src/experiment/presets/preset.js';
import { PRESETS } from '../../src/experiment/presets/registry.js';
import { buildModel, MODEL_NAMES } from '../../src/models/registry.js';
import { NO_PLUGINS, type Plugins } from '../../src/plugins/plugins.js';
import { listPlaces, type SpecPlace } from './spec-places.js';

/** Fields of a spec as a user writes them. */
export type Fields = Readonly<Record<string, unknown>>;

/** A spec that a user begins with. */
export interface SpecBase extends fc.WithToStringMethod {
  readonly name: string;
  readonly spec: Fields;
  readonly plugins: Plugins;
  readonly places: readonly SpecPlace[];
}

export function defineBase(name: string, spec: Fields, plugins = NO_PLUGINS): SpecBase {
  return { name, spec, plugins, places: listPlaces(spec), [fc.toStringMethod]: () => name };
}

/** Every named network, by its name and written out, every preset, and a pattern. */
export function listBases(): SpecBase[] {
  return [
    ...MODEL_NAMES.map((model) => defineBase(model, { model })),
    ...MODEL_NAMES.map((model) =>
      defineBase(`${model}, written out`, { network: buildModel(model, {}, 'test').network }),
    ),
    ...PRESETS.map((preset) => defineBase(`preset ${preset.name}`, listPoints(preset).at(-1) as Fields)),
    defineBase('a pattern', {
      network: 'INPUT(28x28x1) -> CONV(3,8) -> FC(10)',
      learningRate: 0.1,
      optimizer: 'adam',
    }),
  ];
}
