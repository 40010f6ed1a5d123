import { describe, expect, it } from 'vitest';
import { makeGeometry } from '../../src/kernels/geometry.js';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';

const names = availableKernelNames();
const MAP = { height: 1, width: 1, channels: 1 };
const WINDOW = { kernel: [1, 1], stride: [1, 1], padding: [0, 0, 0, 0] } as const;

/** Eight floats that follow the length of their buffer. (TypeScript's library for this target does not know of it.) */
function makeResizable(floats: number) {
  const Resizable = ArrayBuffer as unknown as new (
    bytes: number,
    options: { maxByteLength: number },
  ) => ArrayBuffer & { resize(bytes: number): void };
  const buffer = new Resizable(4 * floats, { maxByteLength: 64 });
  return { buffer, array: new Float32Array(buffer) };
}

/** Calls `work` while an element that is put into an array that lacks it is lost. */
function bindUnderPollution<T>(work: () => T): T {
  Object.defineProperty(Array.prototype, '0', { set() {}, configurable: true });
  try {
    return work();
  } finally {
    delete (Array.prototype as unknown[])[0];
  }
}

it.each(names)('%s has the activations of the reference', (name) => {
  const activations = Object.keys(loadKernels(name).activations).sort();
  expect(activations).toEqual(Object.keys(loadKernels('reference').activations).sort());
});

describe.each(names.filter((name) => name !== 'reference'))('kernels bound by %s', (name) => {
  const kernels = loadKernels(name);
  const floats = (length: number) => new Float32Array(length).fill(1);

  it('name the field that is wrong, and what was expected', () => {
    const w = floats(3);
    const bind = (previous: unknown) => () =>
      kernels.bindMeasureChange({ w, previous: previous as Float32Array });
    const message = 'bindMeasureChange: previous: expected a Float32Array';
    for (const wrong of [undefined, null, new Float64Array(3), [1, 2, 3], 'floats']) {
      expect(bind(wrong)).toThrow(new TypeError(message));
    }
    expect(() => kernels.bindMeasureChange(undefined as never)).toThrow('descriptor: expected an object');
    expect(() => kernels.bindDrawUniform({ values: w, reach: 1, key: [1] as never })).toThrow(
      'two numbers of 32 bits',
    );
    const prelu = { x: w, slope: floats(2), y: w };
    for (const channels of [0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60]) {
      expect(() => kernels.bindPreluForward({ ...prelu, channels })).toThrow('a positive whole number');
    }
    for (const groups of [0, 2 ** 32, Number.NaN]) {
      const g = { ...makeGeometry(MAP, WINDOW, MAP), groups };
      expect(() => kernels.bindMaxPoolingForward({ g, x: w, y: w })).toThrow(
        'groups: expected a positive whole number',
      );
    }
    expect(() => kernels.bindPreluForward({ ...prelu, channels: 3 })).toThrow(
      'slope: expected at least 3 elements, found 2',
    );
  });

  it('refuse a range that is not within their arrays, and write nothing', () => {
    const [w, slow] = [floats(8), new Float32Array(8)];
    const average = kernels.bindAverageWeights({ w: w.subarray(0, 5), slow });
    for (const [first, count] of [
      [0, 6],
      [5, 1],
      [-1, 2],
      [2, -1],
      [0, 2 ** 53],
      [2 ** 63, 2 ** 63],
      [0, Number.POSITIVE_INFINITY],
      [0, 1.5],
      [0.5, 1],
      [0, Number.NaN],
    ] as const) {
      expect(() => average(0.5, first, count), `${first}, ${count}`).toThrow(RangeError);
    }
    expect(() => average(0.5, 0, 6)).toThrow('bindAverageWeights: run: expected numbers within the arrays');
    for (const wrong of [undefined, '1', null, {}]) {
      expect(() => average(0.5, 0, wrong as never)).toThrow(TypeError);
    }
    expect([...w, ...slow]).toEqual([...floats(8), ...new Float32Array(8)]);
    average(0.5, 5, 0);
    average(0.5, 0, 5);
    expect([...w]).toEqual([0.5, 0.5, 0.5, 0.5, 0.5, 1, 1, 1]);
  });

  it('refuse sizes whose product no number holds', () => {
    const x = floats(64);
    const huge = 2 ** 53 - 1;
    for (const [rows, columns] of [
      [2 ** 32, 2 ** 32],
      [2 ** 52, 2 ** 12],
      [huge, huge],
      [2 ** 51, 2 ** 51],
    ] as const) {
      const pack = { rows, columns, b: x, packed: floats(64) };
      expect(() => kernels.bindPack(pack)).toThrow('bindPack: b: expected at least');
      expect(() => kernels.bindPackTransposed(pack)).toThrow('bindPackTransposed: b: expected at least');
    }
    const images = { pixels: new Uint8Array(64), sampleIds: Int32Array.of(0), mean: x, scale: x };
    const frame = { height: 2 ** 32, width: 2 ** 32, channels: 1, reflect: false };
    const transforms = new Int32Array(6);
    expect(() =>
      kernels.bindAssembleAugmentedImages({ ...images, ...frame, transforms, x: floats(64) }),
    ).toThrow('mean: expected at least');
    const g = {
      ...makeGeometry(MAP, WINDOW, MAP),
      inputHeight: 2 ** 31 - 1,
      inputWidth: 2 ** 31 - 1,
      inputChannels: 4,
    };
    expect(() => kernels.bindConvolutionForward({ g, x, packed: x, bias: null, y: floats(1) })).toThrow(
      'g: expected maps and a kernel of at most 2^48 floats',
    );
  });

  it('refuse a pooling window that holds no element of the input', () => {
    const bind = (change: object) => () =>
      kernels.bindMaxPoolingForward({
        g: { ...makeGeometry(MAP, WINDOW, MAP), ...change },
        x: floats(1),
        y: floats(8),
      });
    for (const change of [
      { padTop: 1 },
      { padLeft: 7 },
      { outputHeight: 2 },
      { outputWidth: 2, strideX: 9 },
    ]) {
      expect(bind(change)).toThrow('g: expected windows that hold at least one element of the input');
    }
    expect(bind({ dilationY: 2 })).toThrow('g: expected a pooling geometry without dilation');
    bind({ kernelHeight: 2, padTop: 1, outputHeight: 2 })()(0, 1);
  });

  it('refuse an output that overlaps another array, unless they work in place', () => {
    const memory = floats(40);
    const at = (first: number) => memory.subarray(first, first + 10);
    const bindAdd = (a: Float32Array, b: Float32Array, sum: Float32Array) => () =>
      kernels.bindAddElements({ a, b, sum });
    expect(bindAdd(at(0), at(10), at(19))).toThrow(
      'bindAddElements: sum: expected memory apart from that of b, found that they overlap',
    );
    expect(bindAdd(at(1), at(10), at(0))).toThrow('apart from that of a');
    bindAdd(at(0), at(0), at(0))()(0, 10);
    bindAdd(at(0), at(5), at(20))()(0, 10);
    expect(memory[24]).toBe(memory[4]! + memory[9]!);
    expect(() => kernels.bindMeasureChange({ w: at(0), previous: at(0) })).toThrow('apart from that of w');
    expect(() => kernels.bindAverageWeights({ w: at(0), slow: at(9) })).toThrow(TypeError);
  });

  it('refuse to run on a buffer that was transferred or shrunk since', () => {
    const slow = floats(8);
    const moved = floats(8);
    const average = kernels.bindAverageWeights({ w: moved, slow });
    structuredClone(moved.buffer, { transfer: [moved.buffer] });
    expect(() => average(0.5, 0, 8)).toThrow(
      'bindAverageWeights: w: expected the array as it was bound, found that its buffer was transferred or shrunk',
    );
    expect([...slow]).toEqual([...floats(8)]);

    const { buffer, array } = makeResizable(8);
    const follow = kernels.bindAverageWeights({ w: array, slow });
    buffer.resize(40);
    follow(0.5, 0, 8);
    expect(() => follow(0.5, 0, 9)).toThrow(RangeError);
    buffer.resize(28);
    expect(() => follow(0.5, 0, 1)).toThrow('w: expected the array as it was bound');
    buffer.resize(32);
    follow(0.5, 0, 8);
  });

  it('read each field once, and notice what its getter does to others', () => {
    const w = floats(8);
    const slow = floats(8);
    let reads = 0;
    const count = {
      w,
      get slow() {
        reads++;
        return slow;
      },
    };
    kernels.bindAverageWeights(count)(0, 0, 8);
    expect(reads).toBe(1);
    const transfer = {
      w,
      get slow() {
        structuredClone(w.buffer, { transfer: [w.buffer] });
        return slow;
      },
    };
    expect(() => kernels.bindAverageWeights(transfer)).toThrow(
      'bindAverageWeights: w: expected an array that stays while the descriptor is read',
    );
    const failing = {
      x: floats(8),
      y: slow,
      coefficient: 0,
      get threshold(): number {
        throw new Error('from a getter');
      },
    };
    expect(() => kernels.activations.relu!.bindForward(failing)).toThrow('from a getter');
  });

  it('keep their arrays even if nobody may put anything into a list', () => {
    const y = bindUnderPollution(() => {
      const kernel = { x: new Float32Array(4).fill(3), y: new Float32Array(4), coefficient: 0 };
      return { run: kernels.activations.relu!.bindForward(kernel), y: kernel.y };
    });
    for (let i = 0; i < 200; i++) new Float32Array(100_000).fill(i);
    y.run(0, 4);
    expect([...y.y]).toEqual([3, 3, 3, 3]);
  });

  it('refuse numbers of parts that do not fit', () => {
    const [partials, sum] = [floats(12), floats(4)];
    const reduce = kernels.bindReducePartials({ partials, stride: 4, sum });
    for (const parts of [0, -1, 4, 1025]) expect(() => reduce(parts, 0, 4), `${parts}`).toThrow(RangeError);
    reduce(3, 0, 4);
    expect([...sum]).toEqual([3, 3, 3, 3]);
  });

  it('keep their arrays, whatever becomes of the descriptor', () => {
    const result = new Float32Array(1000);
    const runs = Array.from({ length: 200 }, (_, i) => {
      // Small arrays lie in the heap until somebody asks where they are.
      const kernel = { x: new Float32Array(4).fill(i), y: new Float32Array(4), coefficient: 0 };
      const run = kernels.activations.relu!.bindForward(kernel);
      const { y } = kernel;
      kernel.x = result;
      kernel.y = result;
      return () => {
        run(0, 4);
        return y[3];
      };
    });
    // Garbage, so that what nobody keeps is collected.
    for (let i = 0; i < 200; i++) new Float32Array(100_000).fill(i);
    expect(runs.map((run) => run())).toEqual(runs.map((_, i) => i));
    expect(result.every((value) => value === 0)).toBe(true);
  });
});
