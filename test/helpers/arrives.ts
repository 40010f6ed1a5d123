import { isDeepStrictEqual } from 'node:util';
import { MODEL_OPTION_NAMES } from '../../src/models/options.js';
import { buildModel, isModel } from '../../src/models/registry.js';
import { optimizerOf } from '../../src/run/optimizer-fields.js';
import type { ResolvedRunSpec } from '../../src/run/spec.js';
import { readPlace } from './spec-places.js';

/**
 * Whether a value that was written at a place of a spec is there in what was resolved: itself, or the form that the documents say it is short for.
 */
export function arrives(
  resolved: ResolvedRunSpec,
  place: readonly (string | number)[],
  written: unknown,
): boolean {
  const [key, ...inside] = place;
  if (key === 'network' && inside.length === 0)
    return holds(resolved.network, written) || resolved.network.name === written;
  if (key === 'model') return resolved.model === written && isBuilt(resolved);
  if (MODEL_OPTION_NAMES.some((option) => option === key) && !isBuilt(resolved)) return false;
  const found = key === 'optimizer' ? readPlace(optimizerOf(resolved), inside) : readPlace(resolved, place);
  if (place.join('.') === 'augmentation.padding' && resolved.augmentation.translate === 0)
    return found === 'zero';
  // What came later is absent rather than null.
  if (place[0] === 'augmentation' && written === null) return found === undefined;
  return isLeftOut(place.at(-1)!, written) ? found === undefined : holds(found, written);
}

/** Options of layers, of named networks and of Muon that came after the first runs: what is so anyway is not written down, so that those runs keep their identity. */
const LEFT_OUT: ReadonlyMap<string | number, unknown> = new Map<string, unknown>([
  ['groups', 1],
  ['scale', true],
  ['shift', true],
  ['responseNorm', false],
  ['auxiliary', false],
  ['kernels', 'all'],
  ['newtonSchulzSteps', 5],
  ['scaleByShape', true],
  ['normalizeKernels', false],
]);

function isLeftOut(field: string | number, written: unknown): boolean {
  return LEFT_OUT.has(field) && LEFT_OUT.get(field) === written;
}

/** Whether a named network is what its options make. */
function isBuilt(resolved: ResolvedRunSpec): boolean {
  const fields: Readonly<Record<string, unknown>> = resolved;
  const given = MODEL_OPTION_NAMES.filter((name) => fields[name] !== undefined).map((name) => [
    name,
    fields[name],
  ]);
  return (
    isModel(resolved.model) &&
    isDeepStrictEqual(buildModel(resolved.model, Object.fromEntries(given), 'test').network, resolved.network)
  );
}

function holds(found: unknown, written: unknown): boolean {
  if (isDeepStrictEqual(found, written)) return true;
  if (Array.isArray(found)) return holdsList(found, written);
  if (typeof found !== 'object' || found === null) return false;
  const { kind, rate, height, width, channels } = found as Readonly<Record<string, unknown>>;
  if (typeof written === 'string') return kind === written;
  if (typeof written === 'number') return kind === 'constant' && rate === written;
  if (Array.isArray(written)) return isDeepStrictEqual([height, width, channels], written);
  if (typeof written !== 'object' || written === null) return false;
  return Object.entries(written).every(([key, value]) => {
    const isThere = Object.hasOwn(found, key);
    return isLeftOut(key, value)
      ? !isThere
      : isThere && holds((found as Record<string, unknown>)[key], value);
  });
}

/** Sizes for both axes or all sides in short. */
function holdsList(found: readonly unknown[], written: unknown): boolean {
  if (typeof written === 'number') return found.every((item) => item === written);
  if (written === 'same') return found.length === 4;
  if (!Array.isArray(written)) return false;
  if (written.length === found.length) return found.every((item, i) => holds(item, written[i]));
  return written.length === 2 && isDeepStrictEqual(found, [written[0], written[0], written[1], written[1]]);
}
