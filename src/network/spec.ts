import { z } from 'zod';
import { describeValue } from '../core/describe-value.js';
import { UserError, unknownName } from '../core/errors.js';
import { parseWith } from '../core/parse.js';
import { checkPlainData } from '../core/plain-data.js';
import type { LayerConfig, LayerKinds } from '../layers/layer.js';
import { parseLayerConfig } from '../layers/layer-config.js';
import { LOSSES } from '../layers/loss.js';
import { LAYER_KINDS } from '../layers/registry.js';
import { COMPOSITE_KINDS } from './composite.js';
import { expandPattern } from './pattern/pattern.js';

const size = z.int().min(1);

const networkSchema = z.strictObject({
  name: z.string().default('custom'),
  /** Of one image; [height, width, channels] for short. */
  input: z.preprocess(
    (value) =>
      Array.isArray(value) && value.length === 3
        ? { height: value[0], width: value[1], channels: value[2] }
        : value,
    z.strictObject({ height: size, width: size, channels: size }),
  ),
  layers: z.array(z.unknown()).min(1),
  loss: z.string().default('softmax-cross-entropy'),
});

/** A network as plain JSON, with every default filled in: layers one after another, and a loss. */
export type NetworkSpec = Omit<z.output<typeof networkSchema>, 'layers'> & {
  readonly layers: readonly LayerConfig[];
};

/**
 * Checks a network and fills in its defaults.
 *
 * @param value plain data, or a pattern such as `INPUT(28x28x1) -> [[CONV(5,20)]*1 -> POOL(2)]*2 -> FC(500) -> FC(10)`
 * @param kinds of layer that it may have
 * @throws UserError for what is no plain data, for an unknown field, layer kind or loss, and for a field of the wrong type
 * @throws TextError for a malformed pattern
 */
export function parseNetwork(value: unknown, where = 'network', kinds = LAYER_KINDS): NetworkSpec {
  checkPlainData(value, where);
  const draft = typeof value === 'string' ? expandPattern(value, where, kinds) : value;
  const network = parseWith(networkSchema, draft, where);
  if (!Object.hasOwn(LOSSES, network.loss)) {
    throw unknownName(where, 'loss', network.loss, Object.keys(LOSSES));
  }
  return { ...network, layers: parseLayers(network.layers, `${where}:`, kinds) };
}

function parseLayers(values: readonly unknown[], where: string, kinds: LayerKinds): LayerConfig[] {
  return values.map((value, i) => parseLayer(value, `${where} layer ${i + 1}`, kinds));
}

function parseLayer(value: unknown, where: string, kinds: LayerKinds): LayerConfig {
  const kind = (value as { kind?: unknown } | null)?.kind;
  if (typeof kind !== 'string') {
    throw new UserError(`${where}: expected an object with a 'kind', found ${describeValue(value)}.`);
  }
  const place = `${where} (${kind})`;
  if (Object.hasOwn(kinds, kind)) return parseLayerConfig(kinds[kind]!, value, place);
  if (Object.hasOwn(COMPOSITE_KINDS, kind)) {
    return COMPOSITE_KINDS[kind]!.parse(value, place, (values, branch) =>
      parseLayers(values, `${branch} >`, kinds),
    );
  }
  throw unknownName(where, 'layer kind', kind, [...Object.keys(kinds), ...Object.keys(COMPOSITE_KINDS)]);
}
