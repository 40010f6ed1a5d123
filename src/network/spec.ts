import { z } from 'zod';
import { describeValue } from '../core/describe-value.js';
import { UserError, unknownName } from '../core/errors.js';
import { parseWith } from '../core/parse.js';
import { checkPlainData } from '../core/plain-data.js';
import type { Written } from '../core/written.js';
import type { LayerConfig, LayerKinds } from '../layers/layer.js';
import { parseLayerConfig } from '../layers/layer-config.js';
import { LOSSES, type LossName } from '../layers/loss.js';
import { LAYER_KINDS } from '../layers/registry.js';
import { MAX_EXTENT } from '../layers/window.js';
import { COMPOSITE_KINDS, JOINS } from './composite.js';
import { type HeadSpec, parseHead } from './heads.js';
import { isJoin, takeInputs } from './inputs.js';
import { expandPattern } from './pattern/pattern.js';
import type { WrittenHead, WrittenLayer } from './written-layer.js';

const size = z.int().min(1);
const extent = size.max(MAX_EXTENT);
/** Of a network in all, branches counted as layers: ResNet-1202 has some four thousand. */
const MAX_LAYERS = 5000;

const imageShape = z.strictObject({ height: extent, width: extent, channels: size });

const networkSchema = z.strictObject({
  name: z.string().default('custom'),
  /** Of one image; [height, width, channels] for short. */
  input: z.preprocess(
    (value: z.input<typeof imageShape> | readonly [height: number, width: number, channels: number]) =>
      Array.isArray(value) && value.length === 3
        ? { height: value[0], width: value[1], channels: value[2] }
        : value,
    imageShape,
  ),
  layers: z.array(z.unknown()).min(1),
  loss: z.string().default('softmax-cross-entropy'),
  heads: z.array(z.unknown()).default([]),
});

/** A network as a user writes it, layer by layer. */
export interface WrittenNetwork
  extends Written<Omit<z.input<typeof networkSchema>, 'layers' | 'heads' | 'loss'>> {
  readonly layers: readonly WrittenLayer[];
  /** Of the last layer. Default: softmax-cross-entropy. */
  readonly loss?: LossName | undefined;
  /** Losses on other layers, in training. */
  readonly heads?: readonly WrittenHead[] | undefined;
}

const joinSchema = z.strictObject({ kind: z.enum(JOINS), name: z.string().optional() });

/** A network as plain JSON, with every default filled in: layers, a loss on the last one, and perhaps heads, with losses on others in training. */
export interface NetworkSpec extends Omit<z.output<typeof networkSchema>, 'layers' | 'heads' | 'loss'> {
  readonly layers: readonly (LayerConfig & WrittenLayer)[];
  readonly loss: LossName;
  /** Absent: none. */
  readonly heads?: readonly (HeadSpec & WrittenHead)[];
}

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
  const { heads, ...network } = parseWith(networkSchema, draft, where);
  if (!Object.hasOwn(LOSSES, network.loss)) {
    throw unknownName(where, 'loss', network.loss, Object.keys(LOSSES));
  }
  const parsed = {
    ...network,
    layers: new LayerParser(kinds).parse(network.layers, `${where}:`),
    ...(heads.length > 0 && { heads: heads.map((head, i) => parseHead(head, `${where}: head ${i + 1}`)) }),
  };
  // Kinds and losses are ones that there are by now, which the compiler cannot know.
  return parsed as NetworkSpec;
}

/** Checks layers, those inside composites among them. */
class LayerParser {
  readonly #kinds: LayerKinds;
  #count = 0;

  constructor(kinds: LayerKinds) {
    this.#kinds = kinds;
  }

  parse(values: readonly unknown[], where: string): LayerConfig[] {
    this.#count += Math.max(1, values.length);
    if (this.#count > MAX_LAYERS) {
      throw new UserError(`${where} expected at most ${MAX_LAYERS} layers in all, found more. Take fewer.`);
    }
    return values.map((value, i) => this.#parseLayer(value, `${where} layer ${i + 1}`));
  }

  #parseLayer(value: unknown, where: string): LayerConfig {
    const kind = (value as { kind?: unknown } | null)?.kind;
    if (typeof kind !== 'string') {
      throw new UserError(`${where}: expected an object with a 'kind', found ${describeValue(value)}.`);
    }
    const place = `${where} (${kind})`;
    const { inputs, fields } = takeInputs(value as object, kind, place);
    const config = this.#parseFields(fields, kind, where, place);
    return inputs ? { ...config, inputs } : config;
  }

  #parseFields(fields: object, kind: string, where: string, place: string): LayerConfig {
    if (Object.hasOwn(this.#kinds, kind)) return parseLayerConfig(this.#kinds[kind]!, fields, place);
    if (isJoin(kind)) return parseWith(joinSchema, fields, place);
    if (Object.hasOwn(COMPOSITE_KINDS, kind)) {
      return COMPOSITE_KINDS[kind]!.parse(fields, place, (values, branch) =>
        this.parse(values, `${branch} >`),
      );
    }
    throw unknownName(where, 'layer kind', kind, [
      ...Object.keys(this.#kinds),
      ...Object.keys(COMPOSITE_KINDS),
      ...JOINS,
    ]);
  }
}
