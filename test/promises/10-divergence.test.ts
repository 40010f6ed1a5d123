import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { areFinite } from '../../src/core/finite.js';
import { planNetwork } from '../../src/network/plan.js';
import type { WrittenNetwork } from '../../src/network/spec.js';
import { parseNetwork } from '../../src/network/spec.js';
import type { WrittenLayer } from '../../src/network/written-layer.js';
import { WorkerPool } from '../../src/parallel/pool.js';
import { loadPlugins } from '../../src/plugins/load.js';
import type { RunSpec } from '../../src/run/spec.js';
import { readSafetensors } from '../../src/safetensors/read.js';
import { train } from '../../src/train.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { IS_SOAK, reportFigure } from '../helpers/soak.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';
import { makePlugin } from '../plugins/fake-plugin.js';

/**
 * A layer that hands its input on, and in one step puts a number into one element: of what it hands on, of the gradient that it hands back,
 * or of the weights, which its own number is among.
 */
const FAULT = `
  const passOn = (from, to) => {
    if (from.byteOffset !== to.byteOffset) to.set(from);
  };
  export const fault = {
    kind: 'fault',
    schema: ({ into, step, value, element = 0 }) => ({ into, step, value, element }),
    plan: (_config, input) => ({
      output: input, parameters: [], state: [{ name: 'number', size: 1, initial: 0 }], shared: {}, inPlace: false,
      backwardReads: { input: false, output: false }, multiplyAddsPerImage: 0,
    }),
    suitsLanes: () => true,
    bind({ into, step, value, element }, { input, output, state, batch, training }) {
      const whole = (run) => ({ over: 'blocks', waits: true, strays: true, blocks: 1, run });
      const inject = (what, array) => {
        if (training && what === into && batch.step === step) array[element] = Number(value);
      };
      const own = state.number;
      const weights = new Float32Array(own.buffer, own.byteOffset + 4 * Math.min(0, element), 1);
      return {
        prepare: [],
        forward: [
          whole(() => {
            passOn(input.value, output.value);
            inject('output', output.value);
            if (training && into === 'weights' && batch.step === step) weights[0] = Number(value);
          }),
        ],
        backward: [
          whole(() => {
            passOn(output.gradient, input.gradient);
            inject('gradient', input.gradient);
          }),
        ],
      };
    },
  };
`;

const plugins = await loadPlugins([makePlugin(FAULT)]);
const dataset = makeTinyDataset({ train: 120, test: 20 });
const pool = WorkerPool.create(2);
afterAll(() => pool.close());

/** Where a number is put, from the layers before and behind it. */
interface Place {
  readonly into: 'output' | 'gradient' | 'weights';
  readonly before: readonly object[];
  readonly behind: readonly object[];
  /** The tensor among the weights, `norm.scale`. */
  readonly label?: string;
  readonly spec?: RunSpec;
  /** True if nothing reads the number any more in the step in which it is put there. */
  readonly isLate?: true;
}

const convolution = (options = {}) => ({ kind: 'convolution', kernel: 3, filters: 4, ...options });
const relu = { kind: 'relu' };
const pool2 = { kind: 'max-pooling', kernel: 2 };
const norm = { kind: 'batch-normalization', name: 'norm' };
const dense = (units = 10) => ({ kind: 'fully-connected', units });
/** Its weights are the last of the network. */
const first = convolution({ name: 'first' });

/** Among them all that could hide what is not finite: maxima, zeros below zero, saturation, masks, squares under a root. */
const PLACES: readonly (readonly [where: string, place: Place])[] = [
  ['before relu, in lanes', { into: 'output', before: [first], behind: [relu, dense()] }],
  ['before max-pooling, in lanes', { into: 'output', before: [first], behind: [pool2, relu, dense()] }],
  ['before a convolution', { into: 'output', before: [first, relu], behind: [convolution(), relu, dense()] }],
  ['before batch normalisation', { into: 'output', before: [first], behind: [norm, relu, dense()] }],
  [
    'before average pooling',
    { into: 'output', before: [first], behind: [{ kind: 'average-pooling', kernel: 2 }, dense()] },
  ],
  ['before relu, image by image', { into: 'output', before: [dense(12)], behind: [relu, dense()] }],
  [
    'before dropout',
    { into: 'output', before: [dense(12)], behind: [{ kind: 'dropout', rate: 0.9 }, dense()] },
  ],
  ...['sigmoid', 'tanh', 'hard-sigmoid', 'hard-swish', 'elu', 'softplus', 'gelu'].map(
    (kind) => [`before ${kind}`, { into: 'output', before: [first], behind: [{ kind }, dense()] }] as const,
  ),
  ['in the outputs', { into: 'output', before: [first, relu, dense()], behind: [] }],
  [
    'in the gradient behind relu',
    { into: 'gradient', before: [first, relu], behind: [convolution(), dense()] },
  ],
  [
    'in the gradient behind hard-swish',
    { into: 'gradient', before: [first, { kind: 'hard-swish' }], behind: [dense()] },
  ],
  [
    'in the gradient behind dropout',
    { into: 'gradient', before: [first, { kind: 'dropout', rate: 0.9 }], behind: [dense()] },
  ],
  ['in the gradient behind max-pooling', { into: 'gradient', before: [first, pool2], behind: [dense()] }],
  [
    'in the gradient behind batch normalisation',
    { into: 'gradient', before: [first, norm], behind: [relu, dense()] },
  ],
  [
    'in the gradient, clipped',
    { into: 'gradient', before: [first], behind: [dense()], spec: { clipNorm: 1 } },
  ],
  [
    'in the gradient, with adam',
    { into: 'gradient', before: [first], behind: [dense()], spec: { optimizer: 'adam' } },
  ],
  ['in a kernel', { into: 'weights', label: 'first.kernel', before: [first], behind: [relu, dense()] }],
  [
    'in a kernel that is frozen',
    {
      isLate: true,
      into: 'weights',
      label: 'first.kernel',
      before: [convolution({ name: 'first', kernelLearningRate: 0 })],
      behind: [relu, dense()],
    },
  ],
  [
    'in a running mean',
    { into: 'weights', label: 'norm.runningMean', before: [first, norm], behind: [relu, dense()] },
  ],
  [
    'in a running variance',
    { into: 'weights', label: 'norm.runningVariance', before: [first, norm], behind: [relu, dense()] },
  ],
];

const VALUES = ['NaN', 'Infinity', '-Infinity'];

/** How far from the fault's own number a tensor's first one lies, in floats. */
function reach(network: object, label: string): number {
  const plan = planNetwork(parseNetwork(network, 'network', plugins.layers), {
    batchSize: 30,
    slices: 12,
    training: true,
    kinds: plugins.layers,
  });
  const offsetOf = (wanted: string) =>
    plan.steps
      .flatMap(({ name, parameters, state }) =>
        [...parameters, ...state].map((slot) => ({ label: `${name}.${slot.name}`, offset: slot.offset })),
      )
      .find((slot) => slot.label === wanted)!.offset;
  return offsetOf(label) - offsetOf('fault.number');
}

function makeSpec({ into, before, behind, label, spec }: Place, step: number, value: string): RunSpec {
  const build = (element: number): WrittenNetwork => ({
    name: 'faulty',
    input: [28, 28, 1],
    layers: [
      ...before,
      { kind: 'fault', name: 'fault', into, step, value, element },
      ...behind,
    ] as WrittenLayer[],
  });
  const network = build(label === undefined ? 0 : reach(build(0), label));
  return { network, batchSize: 30, epochs: 2, learningRate: 0.001, ...spec };
}

const trials = PLACES.flatMap(([where, place], i) =>
  (IS_SOAK ? VALUES : [VALUES[i % VALUES.length]!]).flatMap((value) =>
    (IS_SOAK ? [0, 1, 2, 4, 6] : [1 + (i % 6)]).map((step) => [value, where, step, place] as const),
  ),
);

describe('a number that is not finite', () => {
  it.each(trials)('%s %s in step %i ends the run within that step', async (value, _where, step, place) => {
    const spec = makeSpec(place, step, value);
    const folder = makeFolder();
    const start = (resumed: number[] = []) =>
      train(spec, {
        dataset,
        plugins,
        pool,
        checkpoints: { folder, everySteps: 1 },
        onResume: ({ epoch, step }) => resumed.push(4 * (epoch - 1) + step),
      });
    const result = await start();
    const found = step + (place.isLate ? 1 : 0);
    const at = `epoch ${1 + Math.floor(found / 4)}, step ${1 + (found % 4)}`;
    expect(result).toMatchObject({
      state: 'diverged',
      reason: expect.stringContaining(`no longer finite in ${at}`),
    });
    // What was before that step is kept, and can be gone on from.
    const states = readdirSync(folder).sort();
    if (step === 0) return;
    expect(states.at(-1)).toBe(`state-${String(step).padStart(10, '0')}.safetensors`);
    const { tensors, checksum } = await readSafetensors(join(folder, states.at(-1)!), () => {});
    expect(checksum).toBe('right');
    for (const { values } of tensors.values()) {
      expect(!(values instanceof Float32Array) || areFinite(values)).toBe(true);
    }
    const resumed: number[] = [];
    expect(await start(resumed)).toMatchObject({ state: 'diverged', reason: result.reason });
    expect(resumed).toEqual([step]);
  });

  afterAll(() => {
    reportFigure(
      10,
      `${PLACES.length} places, ${trials.length} injections of NaN and infinities, each found in its step`,
    );
  });
});
