import { describe, expect, it } from 'vitest';
import { availableKernelNames, loadKernels } from '../../../src/kernels/select.js';
import { LAYER_KINDS, listActivations } from '../../../src/layers/registry.js';
import { runBoundLayer } from '../../helpers/bound-layer.js';
import { describeLayer } from '../../helpers/layer-suite.js';

/** One set of options, and what PyTorch 1.13.1 has for it in float64: y and dy/dx for each of X. */
interface Variant {
  readonly options?: Readonly<Record<string, unknown>>;
  readonly y?: readonly number[];
  readonly slopes?: readonly number[];
}

const X = [-30, -5, -2.5, -1, -0.1, 0.3, 1, 2.9, 4.5, 12];

/** Every activation. */
const ACTIVATIONS: Readonly<Record<string, readonly Variant[]>> = {
  relu: [{}],
  relu6: [{ y: [0, 0, 0, 0, 0, 0.3, 1, 2.9, 4.5, 6], slopes: [0, 0, 0, 0, 0, 1, 1, 1, 1, 0] }],
  'leaky-relu': [{}, { options: { slope: 0 } }, { options: { slope: 0.3 } }],
  prelu: [{}, { options: { initializer: { kind: 'gaussian', std: 0.5 } } }],
  elu: [{}, { options: { alpha: 0.4 } }],
  gelu: [{}, { options: { approximate: 'tanh' } }],
  silu: [
    {
      y: [
        -2.80728689e-12, -0.0334642546, -0.18964545, -0.268941421, -0.0475020813, 0.172332755, 0.731058579,
        2.74875467, 4.45055876, 11.9999263,
      ],
      slopes: [
        -2.71371066e-12, -0.0265474324, -0.0994011113, 0.0723294881, 0.450083209, 0.64778001, 0.927670512,
        1.09120379, 1.03791109, 1.00006759,
      ],
    },
  ],
  'hard-sigmoid': [
    {
      y: [0, 0, 0.0833333333, 0.333333333, 0.483333333, 0.55, 0.666666667, 0.983333333, 1, 1],
      slopes: [0, 0, ...new Array(6).fill(1 / 6), 0, 0],
    },
  ],
  'hard-swish': [
    {
      y: [0, 0, -0.208333333, -0.333333333, -0.0483333333, 0.165, 0.666666667, 2.85166667, 4.5, 12],
      slopes: [0, 0, -0.333333333, 0.166666667, 0.466666667, 0.6, 0.833333333, 1.46666667, 1, 1],
    },
  ],
  softplus: [
    {
      y: [
        9.35762297e-14, 0.00671534849, 0.0788897343, 0.313261688, 0.64439666, 0.854355244, 1.31326169,
        2.95356278, 4.51104774, 12.0000061,
      ],
      slopes: [
        9.35762297e-14, 0.00669285092, 0.07585818, 0.268941421, 0.475020813, 0.574442517, 0.731058579,
        0.947846437, 0.989013057, 0.999993856,
      ],
    },
    {
      options: { beta: 2, threshold: 5 },
      y: [
        4.37825538e-27, 2.26994496e-5, 0.00335767424, 0.0634640055, 0.299069435, 0.518743975, 1.06346401, 2.9,
        4.5, 12,
      ],
      slopes: [
        8.75651076e-27, 4.53978687e-5, 0.00669285092, 0.119202922, 0.450166003, 0.645656306, 0.880797078, 1,
        1, 1,
      ],
    },
  ],
  mish: [
    {
      y: [
        -2.80728689e-12, -0.0335762377, -0.196816204, -0.303401461, -0.0567885752, 0.208001372, 0.865098388,
        2.88426683, 4.49891371, 12,
      ],
      slopes: [
        -2.71371066e-12, -0.026747498, -0.109743573, 0.0592167559, 0.535702818, 0.7828273, 1.04903622,
        1.02431913, 1.00190704, 1,
      ],
    },
  ],
  sigmoid: [{}],
  tanh: [{}],
  identity: [{}],
};

it('holds every activation', () => {
  expect(Object.keys(ACTIVATIONS)).toEqual(listActivations(LAYER_KINDS));
});

for (const [kind, variants] of Object.entries(ACTIVATIONS)) {
  describeLayer(
    kind,
    variants.flatMap(({ options }) => [
      {
        name: `maps ${JSON.stringify(options ?? {})}`,
        layer: { kind, ...options },
        input: [3, 4, 3],
        output: [3, 4, 3],
      } as const,
      {
        name: `vectors ${JSON.stringify(options ?? {})}, fewer images than slices`,
        layer: { kind, ...options },
        input: [1, 1, 21],
        output: [1, 1, 21],
        images: 2,
      } as const,
    ]),
  );
}

const known = Object.entries(ACTIVATIONS).flatMap(([kind, variants]) =>
  variants.flatMap(({ options, y, slopes }) =>
    y && slopes ? [{ layer: { kind, ...options }, y, slopes }] : [],
  ),
);

/** Of a value, in float32: a few roundings of numbers of its size. */
const RELATIVE = 1e-6;

describe.each(availableKernelNames())('PyTorch and %s agree', (name) => {
  it.each(known)('on $layer', ({ layer, y, slopes }) => {
    const found = runBoundLayer({
      layer,
      x: [[[X]]],
      dy: [[[X.map(() => 1)]]],
      kernels: loadKernels(name),
      least: 1,
    });
    const [values, derivatives] = [found.y, found.dx].map((tensor) => tensor.flat(3));
    for (const [i, wanted] of y.entries()) {
      expect(Math.abs(values![i]! - wanted)).toBeLessThanOrEqual(RELATIVE * Math.abs(wanted));
      // A derivative is a sum that may cancel.
      expect(Math.abs(derivatives![i]! - slopes[i]!)).toBeLessThanOrEqual(RELATIVE);
    }
  });
});
