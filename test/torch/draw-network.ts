import { UserError } from '../../src/core/errors.js';
import { RandomStream } from '../../src/core/rng.js';
import type { Shape } from '../../src/core/shape.js';
import { planNetwork } from '../../src/network/plan.js';
import { type NetworkSpec, parseNetwork } from '../../src/network/spec.js';

/** A network, and a mini-batch's size to try it on. */
export interface DrawnNetwork {
  readonly network: NetworkSpec;
  readonly images: number;
  readonly classes: number;
  readonly labelSmoothing: number;
}

type Layer = { readonly kind: string } & Readonly<Record<string, unknown>>;

/** From 8 on layers work with images in lanes where they can. */
const IMAGES = [1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 33, 100];
/** Of the whole mini-batch: what plain loops do in some tenths of a second. */
const MOST_MULTIPLY_ADDS = 1_000_000;
const TRIES = 20;

/** Draws layers that fit what they are behind, or are drawn again. */
class LayerDraws {
  readonly #stream: RandomStream;
  #names = 0;

  constructor(stream: RandomStream) {
    this.#stream = stream;
  }

  /** Of `least` to `most`. */
  between(least: number, most: number): number {
    return least + this.#stream.nextBelow(most - least + 1);
  }

  choose<Value>(values: readonly Value[]): Value {
    return values[this.#stream.nextBelow(values.length)]!;
  }

  chance(odds: number): boolean {
    return this.#stream.nextBelow(1000) < 1000 * odds;
  }

  /**
   * Some layers one after another, composites as deep as `depth`.
   *
   * @param keepsMaps height and width
   */
  layers(count: number, shape: Shape, depth: number, keepsMaps = false): Layer[] {
    const layers: Layer[] = [];
    let now = shape;
    for (let i = 0; i < count; i++) {
      for (let tries = 0; tries < TRIES; tries++) {
        const layer = { ...this.#layer(now, depth), name: this.#nextName() };
        const next = shapeBehind(layer, now);
        if (next === null || (keepsMaps && (next.height !== now.height || next.width !== now.width)))
          continue;
        layers.push(layer);
        now = next;
        break;
      }
    }
    return layers;
  }

  #layer(shape: Shape, depth: number): Layer {
    const kinds: (() => Layer)[] = [
      () => this.#convolution(shape),
      () => this.#convolution(shape),
      () => this.#activation(),
      () => this.#pooling(),
      () => this.#normalization(),
      () => ({ kind: 'channel-padding', before: this.between(0, 2), after: this.between(0, 2) }),
      () => ({ kind: 'multiply', factor: this.choose([-0.5, 0.25, 2]) }),
    ];
    if (depth > 0)
      kinds.push(
        () => this.#squeezeExcitation(shape),
        () => this.#residual(shape, depth),
        () => this.#branches(shape, depth),
      );
    return this.choose(kinds)();
  }

  #convolution({ channels }: Shape): Layer {
    const groups = this.chance(0.3) ? this.choose([1, channels]) : 1;
    return {
      kind: 'convolution',
      kernel: [this.between(1, 5), this.between(1, 5)],
      filters: groups * this.between(1, groups > 1 ? 2 : 7),
      stride: [this.between(1, 3), this.between(1, 2)],
      padding: this.chance(0.3) ? 'same' : this.#sides(2),
      groups,
      bias: this.chance(0.8),
    };
  }

  #sides(most: number): number[] {
    return Array.from({ length: 4 }, () => this.between(0, most));
  }

  #pooling(): Layer {
    const kernel = [this.between(1, 4), this.between(1, 4)];
    // A window must hold something of the input.
    const padding = this.#sides(Math.min(...kernel) - 1);
    const window = { kernel, stride: [this.between(1, 3), this.between(1, 3)], padding };
    return this.choose<Layer>([
      { kind: 'max-pooling', ...window },
      { kind: 'average-pooling', ...window, countPadding: this.chance(0.5) },
      { kind: 'trainable-pooling', ...window, down: this.choose(['mean', 'sum']) },
    ]);
  }

  #normalization(): Layer {
    return { kind: 'batch-normalization', scale: this.chance(0.7), shift: this.chance(0.7) };
  }

  #activation(): Layer {
    return this.choose<Layer>([
      { kind: 'relu' },
      { kind: 'relu6' },
      { kind: 'leaky-relu', slope: 0.1 },
      { kind: 'prelu' },
      { kind: 'elu', alpha: 0.7 },
      { kind: 'gelu', approximate: this.choose(['none', 'tanh']) },
      { kind: 'silu' },
      { kind: 'hard-swish' },
      { kind: 'softplus', beta: this.choose([1, 2]) },
      { kind: 'mish' },
      { kind: 'sigmoid' },
      { kind: 'tanh' },
      { kind: 'identity' },
    ]);
  }

  #residual(shape: Shape, depth: number): Layer {
    const shortcut = this.chance(0.4) ? this.#branch(shape, depth, shape.channels) : [];
    return { kind: 'residual', body: this.#branch(shape, depth, shape.channels), shortcut };
  }

  #squeezeExcitation({ channels }: Shape): Layer {
    return {
      kind: 'squeeze-excitation',
      channels,
      reduction: this.between(1, 4),
      gate: this.choose(['sigmoid', 'hard-sigmoid']),
    };
  }

  #branches(shape: Shape, depth: number): Layer {
    const join = this.choose(['concat', 'add']);
    const branches = Array.from({ length: this.between(2, 3) }, () =>
      this.#branch(shape, depth, join === 'add' ? 3 : this.between(1, 3)),
    );
    return { kind: 'branches', join, branches };
  }

  /** Ends with so many channels, on maps of the same size. */
  #branch(shape: Shape, depth: number, filters: number): Layer[] {
    const layers = this.layers(this.between(0, 2), shape, depth - 1, true);
    return [
      ...layers,
      { kind: 'convolution', name: this.#nextName(), kernel: this.choose([1, 3]), padding: 'same', filters },
    ];
  }

  #nextName(): string {
    return `l${++this.#names}`;
  }
}

/** Null if the layer does not fit. */
function shapeBehind(layer: Layer, { height, width, channels }: Shape): Shape | null {
  try {
    const network = parseNetwork({ input: [height, width, channels], layers: [layer] });
    return planNetwork(network, { batchSize: 1, slices: 1, training: false }).tensors.at(-1)!.shape;
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

/** The network of a number: the same for all time, unless this file changes. */
export function drawNetwork(number: number): DrawnNetwork {
  const draws = new LayerDraws(new RandomStream([number, 13]));
  const classes = draws.between(2, 12);
  const images = draws.choose(IMAGES);
  const input = [draws.between(2, 13), draws.between(2, 13), draws.between(1, 6)] as const;
  const [height, width, channels] = input;
  const layers = draws.layers(draws.between(1, 7), { height, width, channels }, 2);
  const network = parseNetwork({
    name: `network ${number}`,
    input,
    layers: [...layers, { kind: 'fully-connected', name: 'last', units: classes }],
    loss: draws.choose(['softmax-cross-entropy', 'squared-l2']),
  });
  const labelSmoothing = network.loss === 'squared-l2' ? 0 : draws.choose([0, 0, 0.2]);
  const cost = planNetwork(network, { batchSize: images, slices: 1, training: true }).steps.reduce(
    (sum, { layer }) => sum + layer.multiplyAddsPerImage,
    0,
  );
  return {
    network,
    images: Math.max(1, Math.min(images, Math.floor(MOST_MULTIPLY_ADDS / cost))),
    classes,
    labelSmoothing,
  };
}
