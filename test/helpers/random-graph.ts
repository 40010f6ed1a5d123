import { RandomStream } from '../../src/core/rng.js';
import { type NetworkSpec, parseNetwork } from '../../src/network/spec.js';

const CLASSES = 3;

/** A layer's output, as far as it has been planned. */
interface Made {
  readonly name: string;
  readonly channels: number;
  /** Places, such as `6×5`. */
  readonly size: number;
  read: boolean;
}

/**
 * A network of about so many small layers that read each other in any way, with heads on some that nobody reads. A pure function of the seed.
 * Maps are halved at most once, so that many of them can be joined.
 */
export function makeRandomGraph(seed: number, layerCount: number): NetworkSpec {
  const stream = new RandomStream([seed, 1]);
  const below = (limit: number) => stream.nextBelow(limit);
  const layers: object[] = [];
  const made: Made[] = [{ name: 'input', channels: 1 + below(3), size: 0, read: false }];
  const input = [3 + below(5), 3 + below(5), made[0]!.channels];
  const take = (one: Made) => {
    one.read = true;
    return one;
  };
  /** Mostly one of the last, now and then any. */
  const choose = () =>
    made[below(3) === 0 ? below(made.length) : made.length - 1 - below(Math.min(3, made.length))]!;
  const add = (layer: object, channels: number, size: number) => {
    const name = `layer${made.length}`;
    layers.push({ name, ...layer });
    made.push({ name, channels, size, read: false });
  };

  const addJoin = () => {
    const first = choose();
    const sum = below(2) === 0;
    const fitting = made.filter(
      (one) => one !== first && one.size === first.size && (!sum || one.channels === first.channels),
    );
    const others = fitting
      .filter(() => below(2) === 0)
      .slice(-3)
      .map(take);
    if (others.length === 0) return;
    const joined = (below(2) === 0 ? [first, ...others] : [...others, first]).map(take);
    const channels = sum ? first.channels : joined.reduce((total, one) => total + one.channels, 0);
    add({ kind: sum ? 'add' : 'concat', inputs: joined.map(({ name }) => name) }, channels, first.size);
  };
  const addPlain = () => {
    const { name, channels, size } = take(choose());
    const filters = below(2) === 0 ? channels : 1 + below(4);
    const keeps = [
      { kind: 'tanh' },
      { kind: 'sigmoid' },
      { kind: 'elu' },
      { kind: 'dropout', rate: 0.3 },
      { kind: 'batch-normalization' },
      { kind: 'average-pooling', kernel: 3, stride: 1, padding: 1 },
      { kind: 'residual', body: [{ kind: 'convolution', kernel: 1, filters: channels }, { kind: 'tanh' }] },
    ];
    const convolves = { kind: 'convolution', kernel: [1 + below(3), 1 + below(3)], padding: 'same', filters };
    const which = below(keeps.length + 7);
    if (which < keeps.length) add({ ...keeps[which]!, inputs: [name] }, channels, size);
    else if (which === keeps.length && size === 0)
      add({ kind: 'max-pooling', kernel: 2, inputs: [name] }, channels, 1);
    else add({ ...convolves, inputs: [name] }, filters, size);
  };
  while (layers.length < layerCount) {
    if (below(3) === 0) addJoin();
    else addPlain();
  }

  // What nobody reads ends in classes: as a head, or in the sum that is the output.
  const ends = made.filter(({ read }) => !read);
  const heads: object[] = [];
  const summands: string[] = [];
  for (const { name } of ends) {
    add({ kind: 'fully-connected', units: CLASSES, inputs: [name] }, CLASSES, -1);
    const classifier = made.at(-1)!.name;
    if (summands.length > 0 && below(2) === 0) {
      const loss = below(2) === 0 ? {} : { loss: 'squared-l2' };
      heads.push({ from: classifier, weight: (1 + below(9)) / 10, ...loss });
    } else summands.push(classifier);
  }
  if (summands.length > 1) layers.push({ kind: 'add', inputs: summands });
  else layers.push({ kind: 'identity', inputs: summands });
  return parseNetwork({ name: `graph${seed}`, input, layers, heads });
}
