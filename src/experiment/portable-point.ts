import { UserError } from '../core/errors.js';
import type { DatasetSource } from '../dataset/dataset.js';
import { loadPluginsAgain } from '../plugins/load.js';
import type { PluginAddress } from '../plugins/plugins.js';
import { fitRun } from '../run/fit.js';
import { resolveRunSpec, trimSpec } from '../run/spec.js';
import { DatasetShelf } from './dataset-shelf.js';
import { computeIdentity } from './identity.js';
import type { SweepPoint } from './plan-sweep.js';

/** A point as plain JSON, for another process or machine: what it refers to is loaded again there. */
export interface PortablePoint {
  /** As it is recorded: see trimSpec. */
  readonly spec: Readonly<Record<string, unknown>>;
  readonly plugins: readonly PluginAddress[];
  /** Where the data are, if they are the user's own; null where the spec's name tells. */
  readonly source: DatasetSource | null;
  /** Of the data. */
  readonly datasetSha256: string;
  readonly position: number;
  readonly label: string;
  /** That the spec must have with the data that are found. */
  readonly identity: string;
}

export function packPoint({ spec, plugins, dataset, position, label, identity }: SweepPoint): PortablePoint {
  return {
    spec: trimSpec(spec),
    plugins: plugins.modules.map(({ url, sha256 }) => ({ url, sha256 })),
    source: dataset.source ?? null,
    datasetSha256: dataset.sha256,
    position,
    label,
    identity,
  };
}

/**
 * Fits a point to its data once more.
 *
 * @param shelf has the data sets that were read for earlier points
 * @throws UserError if data or plugins are missing, or no longer those that it was planned with
 */
export async function unpackPoint(
  packed: PortablePoint,
  shelf: DatasetShelf = new DatasetShelf(),
): Promise<SweepPoint> {
  const { position, label, identity } = packed;
  const plugins = await loadPluginsAgain(packed.plugins);
  const spec = resolveRunSpec(packed.spec, 'spec', plugins);
  const dataset = await shelf.find(packed, spec.dataset);
  const fitted = fitRun(spec, dataset, { plugins });
  if (computeIdentity(fitted.spec, dataset.sha256) !== identity) {
    throw new UserError(
      `${dataset.name}: expected the data that the run was planned with, found others. Its files have changed meanwhile: start again.`,
    );
  }
  return { ...fitted, position, label, identity };
}
