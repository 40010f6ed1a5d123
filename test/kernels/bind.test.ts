import { describe, expect, it } from 'vitest';
import { makeGeometry } from '../../src/kernels/geometry.js';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';

const names = availableKernelNames();
const MAP = { height: 1, width: 1, channels: 1 };
const WINDOW = { kernel: [1, 1], stride: [1, 1], padding: [0, 0, 0, 0] } as const;

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
    expect(() => kernels.bindDrawUniform({ values: w, reach: 1, key: [1] as never })).toThrow('two numbers');
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
