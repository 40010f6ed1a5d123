import type { Dataset } from '../dataset/dataset.js';
import { isModel } from '../models/registry.js';
import type { WrittenNetwork } from '../network/spec.js';
import type { Plugins } from '../plugins/plugins.js';
import { nameData } from './name-data.js';
import { type ResolvedRunSpec, type RunSpec, resolveRunSpec } from './spec.js';

/** What a program may ask about: a spec, a network, a named network, or a pattern. */
export type NetworkSubject = RunSpec | WrittenNetwork | string;

/**
 * The spec of what is asked about.
 *
 * @param where in messages
 * @param dataset that is given beside it, if any
 * @throws UserError if it is none of them, or not valid, or names another data set
 */
export function resolveSubject(
  subject: NetworkSubject,
  where: string,
  plugins: Plugins,
  dataset?: Dataset,
): ResolvedRunSpec {
  const spec = writeSpec(subject);
  return resolveRunSpec(dataset ? nameData(spec, dataset) : spec, where, plugins);
}

function writeSpec(subject: NetworkSubject): RunSpec {
  if (typeof subject === 'string') return isModel(subject) ? { model: subject } : { network: subject };
  const isNetwork = typeof subject === 'object' && subject !== null && 'layers' in subject;
  return isNetwork ? { network: subject } : (subject as RunSpec);
}
