import { UserError } from '../../src/core/errors.js';
import { RandomStream } from '../../src/core/rng.js';
import { type Shape, sizeOf } from '../../src/core/shape.js';
import { planNetwork } from '../../src/network/plan.js';
import { type NetworkSpec, parseNetwork } from '../../src/network/spec.js';
import { drawLayer, type Layer } from './draw-layer.js';
import { Draws } from './draws.js';

/** A network, and a mini-batch's size to try it on. */
export interface DrawnNetwork {
  readonly network: NetworkSpec;
  readonly images: number;
}

type NamedLayer = Layer & { readonly name: string };

/** A layer's output, which others beside it may read. */
interface Made {
  readonly name: string;
  readonly shape: Shape;
}

/** From 8 on layers work with images in lanes where they can. */
const IMAGES = [1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 33, 100];
/** Of the whole mini-batch: what plain loops do in some tenths of a second. */
const MOST_MULTIPLY_ADDS = 1_000_000;
/** Of an image's numbers in one tensor, likewise. */
const MOST_NUMBERS = 2000;
const TRIES = 20;
const LOSSES = ['softmax-cross-entropy', 'squared-l2'];

/** Draws layers that fit what they are behind, or are drawn again. */
class NetworkDraws extends Draws {
  #names = 0;

  /** A whole network with so many outputs, which may have heads. */
  network(name: string, input: Shape, classes: number): NetworkSpec {
    const made = this.layers(this.between(1, 7), input, 2);
    const last = made.at(-1)?.name ?? 'input';
    const heads = Array.from({ length: this.choose([0, 0, 0, 1, 2]) }, () =>
      this.#head(this.choose([{ name: 'input', shape: input }, ...made.map(asMade)]), classes),
    );
    const end = { kind: 'fully-connected', name: 'last', units: classes, inputs: [last] };
    const softmax = { kind: 'softmax', name: 'probabilities' };
    const branch = { kind: 'branches', name: 'branch', branches: [[softmax]], join: 'concat' };
    const probabilities = this.choose([[], [], [], [], [softmax], [branch]]);
    return parseNetwork({
      name,
      input: [input.height, input.width, input.channels],
      layers: [
        ...made.map(({ layer }) => layer),
        ...heads.flatMap(({ layers }) => layers),
        end,
        ...probabilities,
      ],
      loss: this.choose(LOSSES),
      heads: heads.map(({ layers, ...head }) => ({ ...head, from: layers.at(-1)!.name })),
    });
  }

  /** Layers that end in classes, beside the others. */
  #head({ name, shape }: Made, classes: number) {
    const made = this.layers(this.between(0, 2), shape, 0);
    const units = { kind: 'fully-connected', name: this.#nextName(), units: classes };
    const [first, ...others] = [...made.map(({ layer }) => layer), units];
    // What these call the input is the layer that they begin at; a join of it would have to name that.
    const rename = (layer: NamedLayer) =>
      Array.isArray(layer.inputs)
        ? { ...layer, inputs: layer.inputs.map((read) => (read === 'input' ? name : read)) }
        : layer;
    return {
      layers: [{ ...first!, inputs: [name] }, ...others.map(rename)],
      weight: this.choose([0.3, 1, 1.5]),
      ...(this.chance(0.5) ? { loss: this.choose(LOSSES) } : {}),
    };
  }

  /**
   * Some layers one after another, composites as deep as `depth`. Now and then one joins what the last gives with what others did.
   *
   * @param keepsMaps height and width
   */
  layers(count: number, shape: Shape, depth: number, keepsMaps = false) {
    const made: (Made & { readonly layer: NamedLayer })[] = [];
    for (let i = 0; i < count; i++) {
      const before: Made[] = [{ name: 'input', shape }, ...made];
      for (let tries = 0; tries < TRIES; tries++) {
        const name = this.#nextName();
        const next = this.chance(0.15) ? this.#join(before) : this.#behind(before.at(-1)!.shape, depth);
        if (next === null || sizeOf(next.shape) > MOST_NUMBERS) continue;
        if (keepsMaps && !hasSameMaps(next.shape, shape)) continue;
        made.push({ name, shape: next.shape, layer: { ...next.layer, name } });
        break;
      }
    }
    return made;
  }

  #behind(shape: Shape, depth: number): { layer: Layer; shape: Shape } | null {
    const layer = this.chance(0.25) && depth > 0 ? this.#composite(shape, depth) : drawLayer(this, shape);
    const next = shapeBehind(layer, shape);
    return next && { layer, shape: next };
  }

  /** Of the last one with some before it that fit; null if there is none. */
  #join(made: readonly Made[]): { layer: Layer; shape: Shape } | null {
    const last = made.at(-1)!;
    const kind = this.choose(['add', 'concat']);
    const fitting = made.filter(
      ({ shape }) =>
        hasSameMaps(shape, last.shape) && (kind === 'concat' || shape.channels === last.shape.channels),
    );
    const others = fitting.filter((one) => one !== last);
    if (others.length === 0) return null;
    const joined = this.some(others).slice(-3);
    joined.splice(this.between(0, joined.length), 0, last);
    const channels =
      kind === 'add' ? last.shape.channels : joined.reduce((sum, { shape }) => sum + shape.channels, 0);
    return { layer: { kind, inputs: joined.map(({ name }) => name) }, shape: { ...last.shape, channels } };
  }

  #composite(shape: Shape, depth: number): Layer {
    return this.choose([
      () => this.#squeezeExcitation(shape),
      () => this.#residual(shape, depth),
      () => this.#branches(shape, depth),
    ])();
  }

  #residual(shape: Shape, depth: number): Layer {
    const shortcut = this.chance(0.4) ? this.#branch(shape, depth, shape.channels) : [];
    const body = this.#branch(shape, depth, shape.channels);
    return { kind: 'residual', body, shortcut, dropPath: this.choose([0, 0, 0.4]) };
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
    const branches = Array.from({ length: this.between(1, 3) }, () =>
      this.#branch(shape, depth, join === 'add' ? 3 : this.between(1, 3)),
    );
    return { kind: 'branches', join, branches };
  }

  /** Ends with so many channels, on maps of the same size. */
  #branch(shape: Shape, depth: number, filters: number): Layer[] {
    const layers = this.layers(this.between(0, 2), shape, depth - 1, true).map(({ layer }) => layer);
    const kernel = this.choose([1, 3]);
    return [...layers, { kind: 'convolution', name: this.#nextName(), kernel, padding: 'same', filters }];
  }

  #nextName(): string {
    return `l${++this.#names}`;
  }
}

const asMade = ({ name, shape }: Made): Made => ({ name, shape });

function hasSameMaps(a: Shape, b: Shape): boolean {
  return a.height === b.height && a.width === b.width;
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

/** The network of a number: the same for all time, unless this file or those that it draws by change. */
export function drawNetwork(number: number): DrawnNetwork {
  const draws = new NetworkDraws(new RandomStream([number, 13]));
  const classes = draws.between(2, 12);
  const images = draws.choose(IMAGES);
  const input = { height: draws.between(2, 13), width: draws.between(2, 13), channels: draws.between(1, 6) };
  const network = draws.network(`network ${number}`, input, classes);
  const cost = planNetwork(network, { batchSize: images, slices: 1, training: true }).steps.reduce(
    (sum, { layer }) => sum + layer.multiplyAddsPerImage,
    0,
  );
  return { network, images: Math.max(1, Math.min(images, Math.floor(MOST_MULTIPLY_ADDS / cost))) };
}
