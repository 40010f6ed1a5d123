import { isModel } from '../models/registry.js';
import { flattenFields } from '../report/run-differences.js';
import { type ResolvedRunSpec, resolveRunSpec, untrimSpec } from '../run/spec.js';

/** A field of a run's spec beside its default. */
export interface SpecLine {
  /** `learningRate.rate` */
  readonly field: string;
  /** Null where the spec, or its default, has no such field. */
  readonly value: string | null;
  readonly default: string | null;
  readonly isDefault: boolean;
}

/**
 * The fields of a recorded spec but its network, those first that are not as they would be by default: for the same model and data. Counts of images
 * that a default leaves open are compared with nothing.
 */
export function listSpecLines(recorded: Readonly<Record<string, unknown>>): SpecLine[] {
  const spec = untrimSpec(recorded);
  const [values, defaults] = [spec, resolveDefaults(spec)].map(({ network, plugins, ...fields }) =>
    flattenFields(fields),
  );
  const lines = [...new Set([...values!.keys(), ...defaults!.keys()])].map((field): SpecLine => {
    const [value, usual] = [values!.get(field) ?? null, defaults!.get(field) ?? null];
    return { field, value, default: usual, isDefault: value === usual };
  });
  return [...lines.filter(({ isDefault }) => !isDefault), ...lines.filter(({ isDefault }) => isDefault)];
}

/** A spec that says no more than which network and which data. Layers, which may be a plugin's, have no say in the defaults. */
function resolveDefaults({ model, network, dataset }: ResolvedRunSpec): ResolvedRunSpec {
  const { name, input, loss } = network;
  const subject = isModel(model)
    ? { model }
    : { network: { name, input, loss, layers: [{ kind: 'identity' }] } };
  return resolveRunSpec({ ...subject, dataset }, 'defaults');
}
