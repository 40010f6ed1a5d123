import { describe, expect, it } from 'vitest';
import { checkLayer } from '../../src/check/layer.js';
import type { BoundLayer, LayerKind, LayerSite } from '../../src/layers/layer.js';
import { planTransform } from '../../src/layers/layer.js';
import { overSlices } from '../../src/layers/pass.js';
import { LAYER_KINDS } from '../../src/layers/registry.js';

const INPUT = [4, 3, 2] as const;
const SIZE = 24;

/** y = x², written as a user would. */
const square: LayerKind = {
  kind: 'square',
  schema: ({ ...options }) => options,
  plan: (_config, input) =>
    planTransform(input, { inPlace: false, backwardReads: { input: true, output: false } }),
  bind: (_config, { input, output }) => ({
    prepare: [],
    forward: [
      overSlices(({ first, count }) => {
        for (let i = first * SIZE; i < (first + count) * SIZE; i++) output.value[i] = input.value[i]! ** 2;
      }),
    ],
    backward: [
      overSlices(({ first, count }) => {
        for (let i = first * SIZE; i < (first + count) * SIZE; i++) {
          input.gradient[i] = 2 * input.value[i]! * output.gradient[i]!;
        }
      }),
    ],
  }),
};

/** y = scale[c]·x, with gradients of slices as docs/plugins.md has them. */
const scale: LayerKind = {
  kind: 'scale',
  schema: () => ({}),
  plan: (_config, input) => ({
    ...planTransform(input, { inPlace: false, backwardReads: { input: true, output: false } }),
    parameters: [
      {
        name: 'scale',
        size: input.channels,
        initializer: { kind: 'constant', value: 1 },
        fanIn: 1,
        fanOut: 1,
        learningRateFactor: 1,
        weightDecayFactor: 0,
        gradient: 'parts',
      },
    ],
  }),
  bind: (_config, { input, output, parameters }) => {
    const { value, gradient } = parameters.scale!;
    const channels = value.length;
    return {
      prepare: [],
      forward: [
        overSlices(({ first, count }) => {
          for (let i = first * SIZE; i < (first + count) * SIZE; i++) {
            output.value[i] = value[i % channels]! * input.value[i]!;
          }
        }),
      ],
      backward: [
        overSlices(({ index, first, count }) => {
          const sums = gradient[index]!.fill(0);
          for (let i = first * SIZE; i < (first + count) * SIZE; i++) {
            sums[i % channels]! += input.value[i]! * output.gradient[i]!;
            input.gradient[i] = value[i % channels]! * output.gradient[i]!;
          }
        }),
      ],
    };
  },
};

/** The same as `square` with another binding. */
const spoil = (change: (bound: BoundLayer, site: LayerSite) => Partial<BoundLayer>): LayerKind => ({
  ...square,
  bind(config, site) {
    const bound = square.bind(config, site);
    return { ...bound, ...change(bound, site) };
  },
});

const failuresOf = (kind: LayerKind, config: { readonly kind: string } = { kind: 'square' }) =>
  checkLayer(kind, config, INPUT)
    .filter(({ passed }) => !passed)
    .map(({ check }) => check);

describe('the check of a layer', () => {
  it('passes one that is right', () => {
    expect(failuresOf(square)).toEqual([]);
    expect(checkLayer(square, { kind: 'square' }, INPUT)).toHaveLength(9);
  });

  it('passes one that has a parameter', () => {
    expect(failuresOf(scale, { kind: 'scale' })).toEqual([]);
  });

  it.each(['relu', 'batch-normalization', 'prelu'])('passes %s', (kind) => {
    expect(failuresOf(LAYER_KINDS[kind]!, { kind })).toEqual([]);
  });

  it('finds a wrong gradient', () => {
    const wrong = spoil((_bound, { input, output }) => ({
      backward: [
        overSlices(({ first, count }) => {
          for (let i = first * SIZE; i < (first + count) * SIZE; i++) {
            input.gradient[i] = 2.1 * input.value[i]! * output.gradient[i]!;
          }
        }),
      ],
    }));
    expect(failuresOf(wrong)).toEqual(['gradients, 5 images', 'gradients, 19 images']);
  });

  it('finds gradients that are added up from step to step', () => {
    const wrong = spoil((_bound, { input, output }) => ({
      backward: [
        overSlices(({ first, count }) => {
          for (let i = first * SIZE; i < (first + count) * SIZE; i++) {
            input.gradient[i]! += 2 * input.value[i]! * output.gradient[i]!;
          }
        }),
      ],
    }));
    expect(failuresOf(wrong)).toContain('repetition, 5 images');
  });

  it('finds results that depend on who does which slice', () => {
    const wrong = spoil(({ forward }, { output }) => {
      let slices = 0;
      const [pass] = forward as [ReturnType<typeof overSlices>];
      return {
        forward: [
          overSlices((slice) => {
            pass.run(slice);
            output.value[slice.first * SIZE]! += slices++ % 3;
          }),
        ],
      };
    });
    expect(failuresOf(wrong)).toContain('workers, 5 images');
  });

  it('finds what a worker keeps for its own next pass', () => {
    const wrong = spoil(({ forward, backward }, { input }) => {
      const squares = new Map<number, number>();
      const [forwardPass, backwardPass] = [forward[0], backward[0]] as ReturnType<typeof overSlices>[];
      return {
        forward: [
          overSlices((slice) => {
            forwardPass!.run(slice);
            squares.set(slice.index, 2 * input.value[slice.first * SIZE]!);
          }),
        ],
        backward: [
          overSlices((slice) => {
            backwardPass!.run(slice);
            input.gradient[slice.first * SIZE]! += 0 * (squares.get(slice.index) ?? Number.NaN);
          }),
        ],
      };
    });
    expect(failuresOf(wrong)).toContain('workers, 19 images');
  });

  it('finds outputs that are no numbers, and options that cannot be read again', () => {
    const infinite = spoil((_bound, { output }) => ({
      forward: [overSlices(() => void output.value.fill(Number.POSITIVE_INFINITY))],
    }));
    expect(failuresOf(infinite)).toEqual(
      expect.arrayContaining(['evaluation, 5 images', 'gradients, 5 images']),
    );
    const growing: LayerKind = { ...square, schema: ({ times = 0 }) => ({ times: times + 1 }) };
    expect(failuresOf(growing)).toEqual(['configuration']);
  });
});
