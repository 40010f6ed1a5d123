import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { type GraphText, type Line, readGraph, type Weight } from './graph-text.js';

/** Each exporter has its own words for one network: what they come to is the same but for rounding. */
describe('what exporters make of one network', () => {
  const folder = mkdtempSync(join(tmpdir(), 'convoy-onnx-exporters-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const read = (graph: GraphText) => readGraph(graph, join(folder, 'net.onnx'));

  /** The input, layers without their names, and weights. */
  const contentOf = ({ spec, weights }: Checkpoint) => ({
    input: spec.network.input,
    layers: spec.network.layers.map(({ name: _, inputs: __, ...fields }) => fields),
    weights: [...weights],
  });

  async function expectSame(graph: GraphText, plain: GraphText): Promise<void> {
    const [found, expected] = [contentOf(await read(graph)), contentOf(await read(plain))];
    expect([found.input, found.layers]).toEqual([expected.input, expected.layers]);
    expect(found.weights.length).toBe(expected.weights.length);
    for (const [i, weight] of expected.weights.entries()) expect(found.weights[i]).toBeCloseTo(weight, 6);
  }

  const refuses = (graph: GraphText) =>
    read(graph).then(
      () => null,
      ({ message }: Error) => message,
    );

  const CONV = { w: { shape: [4, 3, 3, 3] }, b: { shape: [4] } } satisfies Record<string, Weight>;
  const NHWC: Pick<GraphText, 'sizes'> = { sizes: [6, 6, 3] };
  const NCHW: Pick<GraphText, 'sizes'> = { sizes: [3, 6, 6] };

  /** 4×3×2 numbers are left by the pooling; the same matrix for them in the order of each. */
  const dense = (placeLast: (i: number) => number): Weight => ({
    shape: [24, 2],
    values: Array.from({ length: 48 }, (_, i) => placeLast(Math.floor(i / 2)) + (i % 2) / 10),
  });
  const PLAIN: GraphText = {
    ...NCHW,
    weights: { ...CONV, fc: dense((i) => (i % 6) * 4 + Math.floor(i / 6)), bias: { shape: [2] } },
    lines: [
      'Conv x w b -> conv pads=1,1,1,1',
      'Relu conv -> relu',
      'MaxPool relu -> pool kernel_shape=2,3 strides=2,3',
      'Flatten pool -> flat',
      'Gemm flat fc bias -> logits',
    ],
  };

  const TF: Line[] = [
    'Transpose x -> first perm=0,3,1,2',
    'Conv first w b -> conv auto_pad=SAME_UPPER strides=1,1',
    'Relu conv -> relu',
    'MaxPool relu -> pool kernel_shape=2,3 strides=2,3 auto_pad=VALID',
    'Transpose pool -> last perm=0,2,3,1',
  ];
  const TF_WEIGHTS = { ...CONV, fc: dense((i) => i), bias: { shape: [2] } };

  it('tf2onnx: Transposes around what is n×c×h×w, and a Reshape of the other order', async () => {
    await expectSame(
      {
        ...NHWC,
        weights: { ...TF_WEIGHTS, shape: { whole: [-1, 24] } },
        lines: [
          ...TF,
          'Reshape last shape -> flat',
          'MatMul flat fc -> product',
          'Add product bias -> logits',
        ],
      },
      PLAIN,
    );
  });

  it('a shape that is computed: Shape, Cast, Slice, Squeeze, Unsqueeze, Concat', async () => {
    const whole = { zero: { whole: [0] }, one: { whole: [1] }, rest: { whole: [-1] } };
    await expectSame(
      {
        ...NHWC,
        weights: { ...TF_WEIGHTS, ...whole },
        lines: [
          ...TF,
          'Shape last -> sizes',
          'Cast sizes -> short to=6',
          'Slice short zero one zero -> some',
          'Squeeze some zero -> batch',
          'Unsqueeze batch zero -> row',
          'Concat row rest -> target axis=0',
          'Cast target -> long to=7',
          'Reshape last long -> flat',
          'MatMul flat fc -> product',
          'Add product bias -> logits',
        ],
      },
      PLAIN,
    );
  });

  it.each([
    ['torch 2', ['Reshape pool shape -> flat allowzero=1'], { shape: { whole: [-1, 24] } }, {}],
    ['a mini-batch of five', ['Reshape pool shape -> flat'], { shape: { whole: [5, 24] } }, { batchSize: 5 }],
    [
      'its size by Gather and Concat',
      [
        'Shape pool -> sizes',
        'Gather sizes zero -> batch axis=0',
        'Unsqueeze batch axis -> row',
        'Concat row rest -> target axis=0',
        'Reshape pool target -> flat',
      ],
      { zero: { whole: 0 }, axis: { whole: [0] }, rest: { whole: [-1] } },
      {},
    ],
    [
      'the first of the sizes alone, and a product of others',
      [
        'Shape pool -> batch start=0 end=1',
        'Shape pool -> channels start=1 end=2',
        'Mul channels area -> numbers',
        'Concat batch numbers -> target axis=0',
        'Reshape pool target -> flat',
      ],
      { area: { whole: [6] } },
      {},
    ],
  ] as const)('a view of %s', async (_, lines, weights, more) => {
    await expectSame(
      {
        ...PLAIN,
        ...more,
        weights: { ...PLAIN.weights, ...weights },
        lines: [...PLAIN.lines.slice(0, 3), ...lines, PLAIN.lines.at(-1)!],
      },
      PLAIN,
    );
  });

  it('refuses another mini-batch than the file has, and sizes that are none', async () => {
    const view = (target: readonly number[]) =>
      refuses({
        ...PLAIN,
        batchSize: 5,
        weights: { ...PLAIN.weights, shape: { whole: target } },
        lines: [...PLAIN.lines.slice(0, 3), 'Reshape pool shape -> flat', PLAIN.lines.at(-1)!],
      });
    expect(await view([4, 24])).toMatch(/found Reshape 'flat' of the mini-batch\./);
    expect(await view([5, 25])).toMatch(/found Reshape 'flat' to 5×25\./);
  });

  it('pads that are computed, of pixels whose channels stand last', async () => {
    // As PyTorch turns its own order of sides, the last dimension first, to that of ONNX.
    const whole = {
      given: { whole: [0, 0, 1, 2, 0, 1] },
      more: { whole: [2] },
      pairs: { whole: [-1, 2] },
      from: { whole: [-1] },
      to: { whole: [-(2 ** 31)] },
      axis: { whole: [0] },
      step: { whole: [-1] },
      flat: { whole: [-1] },
    };
    await expectSame(
      {
        ...NHWC,
        weights: { ...CONV, ...whole },
        lines: [
          'ConstantOfShape more -> zeros',
          'Concat given zeros -> sides axis=0',
          'Reshape sides pairs -> rows',
          'Slice rows from to axis step -> turned',
          'Transpose turned -> columns perm=1,0',
          'Reshape columns flat -> pads',
          'Pad x pads -> padded mode=constant',
          'Transpose padded -> first perm=0,3,1,2',
          'Conv first w b -> conv',
          'GlobalAveragePool conv -> mean',
          'Flatten mean -> logits',
        ],
      },
      {
        ...NCHW,
        weights: CONV,
        lines: [
          'Conv x w b -> conv pads=0,1,1,2',
          'GlobalAveragePool conv -> mean',
          'Flatten mean -> logits',
        ],
      },
    );
  });

  it('a batch normalisation by its steps becomes one layer, behind whatever comes before it', async () => {
    const vectors = {
      mean: { shape: [1, 1, 1, 4], values: [1, -2, 3, 0.5] },
      variance: { shape: [1, 1, 1, 4], values: [3, 8, 15, 0] },
      epsilon: { shape: [], values: [1] },
      gamma: { shape: [1, 1, 1, 4], values: [2, 6, 8, 5] },
      beta: { shape: [4], values: [0.1, 0.2, 0.3, 0.4] },
    };
    const lines: Line[] = [
      'Transpose x -> first perm=0,3,1,2',
      'Conv first w b -> conv',
      'Transpose conv -> last perm=0,2,3,1',
      'Sub last mean -> centred',
      'Add variance epsilon -> raised',
      'Sqrt raised -> root',
      'Reciprocal root -> inverse',
      'Mul inverse gamma -> factors',
      'Mul centred factors -> scaled',
      'Add scaled beta -> normal',
      'ReduceMean normal axes -> logits keepdims=0',
    ];
    const { spec, weights } = await read({
      ...NHWC,
      opset: 18,
      weights: { ...CONV, ...vectors, axes: { whole: [1, 2] } },
      lines,
    });
    expect(spec.network.layers.map(({ kind }) => kind)).toEqual([
      'convolution',
      'convolution',
      'average-pooling',
    ]);
    const [factors, summands] = [
      [1, 2, 2, 5],
      [0.1 - 1, 0.2 + 4, 0.3 - 6, 0.4 - 2.5],
    ];
    for (const [i, value] of [...factors, ...summands].entries()) {
      expect(weights.at(i - 8)).toBeCloseTo(value, 6);
    }
  });

  it.each([
    ['at opset 17', 17, 'ReduceMean bent -> mean axes=2,3 keepdims=1', {}],
    ['at opset 18', 18, 'ReduceMean bent axes -> mean keepdims=1', { axes: { whole: [-1, -2] } }],
  ] as const)('a mean over height and width %s', async (_, opset, line, weights) => {
    const begin: Line[] = ['Conv x w b -> conv', 'Relu conv -> bent'];
    await expectSame(
      { ...NCHW, opset, weights: { ...CONV, ...weights }, lines: [...begin, line, 'Flatten mean -> logits'] },
      {
        ...NCHW,
        weights: CONV,
        lines: [...begin, 'GlobalAveragePool bent -> mean', 'Flatten mean -> logits'],
      },
    );
  });

  /** Behind a convolution, with what is made of it as n×c×h×w. */
  const around = (
    lines: readonly Line[],
    weights: Readonly<Record<string, Weight>> = {},
    opset = 17,
  ): GraphText => ({
    ...NCHW,
    opset,
    weights: { ...CONV, ...weights },
    lines: ['Conv x w b -> a', ...lines, 'GlobalMaxPool z -> most', 'Flatten most -> logits'],
  });
  const scalar = (value: number): Weight => ({ shape: [], values: [value] });
  const CUBIC = {
    share: scalar(0.044715),
    root: scalar(Math.sqrt(2 / Math.PI)),
    one: scalar(1),
    half: scalar(0.5),
    three: scalar(3),
  };

  it.each<[name: string, lines: Line[], weights: Record<string, Weight>, plain: Line, opset?: number]>([
    [
      'a hard sigmoid',
      ['Add a three -> b3', 'Clip b3 zero six -> c', 'Mul c sixth -> z'],
      { three: scalar(3), zero: scalar(0), six: scalar(6), sixth: scalar(1 / 6) },
      'HardSigmoid a -> z alpha=0.16666667 beta=0.5',
    ],
    [
      'a hard swish',
      ['Add a three -> b3', 'Clip b3 zero six -> c', 'Div c six -> d', 'Mul a d -> z'],
      { three: scalar(3), zero: scalar(0), six: scalar(6) },
      'HardSwish a -> z',
    ],
    [
      'a PReLU',
      ['Relu a -> p', 'Neg a -> m', 'Relu m -> q', 'Mul slope q -> r', 'Add p r -> z'],
      { slope: { shape: [4, 1, 1], values: [-0.1, -0.2, -0.3, -0.4] } },
      'PRelu a s -> z',
    ],
    [
      'a GELU whose half is of 1 and the bend',
      ['Div a two -> s', 'Erf s -> e', 'Add e one -> r', 'Mul half r -> h', 'Mul a h -> z'],
      { ...CUBIC, two: scalar(Math.SQRT2) },
      'Gelu a -> z approximate=none',
      20,
    ],
    [
      'a GELU by tanh, of products',
      [
        'Mul a a -> square',
        'Mul square a -> cube',
        'Mul cube share -> part',
        'Add a part -> sum',
        'Mul sum root -> inside',
        'Tanh inside -> bend',
        'Add bend one -> raised',
        'Mul a half -> halved',
        'Mul halved raised -> z',
      ],
      CUBIC,
      'Gelu a -> z approximate=tanh',
      20,
    ],
    [
      'a GELU by tanh, of a power',
      [
        'Pow a three -> cube',
        'Mul share cube -> part',
        'Add part a -> sum',
        'Mul root sum -> inside',
        'Tanh inside -> bend',
        'Add one bend -> raised',
        'Mul half raised -> halved',
        'Mul halved a -> z',
      ],
      CUBIC,
      'Gelu a -> z approximate=tanh',
      20,
    ],
    [
      'a group normalisation with numbers for groups',
      ['GroupNormalization a gamma beta -> z num_groups=2'],
      { gamma: { shape: [2] }, beta: { shape: [2] } },
      'GroupNormalization a gamma beta -> z num_groups=2',
      18,
    ],
  ])('%s is read as one layer', async (_, lines, weights, plain, opset = 17) => {
    const more: Record<string, Weight> = {
      s: { shape: [4, 1, 1] },
      gamma: { shape: [4], values: [0.1, 0.1, 0.2, 0.2] },
      beta: { shape: [4], values: [0.1, 0.1, 0.2, 0.2] },
    };
    await expectSame(
      around(lines, weights, opset === 18 ? 18 : 17),
      around([plain], more, opset === 18 ? 21 : 20),
    );
  });

  it.each<[lines: Line[], weights: Record<string, Weight>, message: RegExp]>([
    [['Sum -> z'], {}, /Sum 'z' without inputs\./],
    [['Concat -> z axis=1'], {}, /Concat 'z' without inputs\./],
    [['Mul a a -> z'], {}, /GlobalMaxPool 'most' of what is no layer by itself\./],
    [['Pow a four -> z'], { four: scalar(4) }, /Pow 'z' by 4, not 2 or 3\./],
    [['Mul a a -> s', 'Mul s a -> c', 'Mul c half -> z'], CUBIC, /Mul 'z' of what is no GELU\./],
    [['Greater a half -> g', 'Relu a -> r', 'Where g a r -> z'], CUBIC, /Where 'z' of what is no softplus\./],
    [['Cast a -> z to=7'], {}, /Cast 'z' of what a layer makes to whole numbers\./],
    [['Cast a -> z to=9'], {}, /Cast 'z' to BOOL\./],
    [
      ['Pad a pads -> p', 'MaxPool p -> z kernel_shape=2,2'],
      { pads: { whole: [0, 0, 1, 1, 0, 0, 1, 1] } },
      /MaxPool 'z' behind a Pad that may win a maximum\./,
    ],
    [
      ['Add half three -> s', 'ConstantOfShape big -> b', 'Add a b -> z'],
      { ...CUBIC, big: { whole: [9999, 9999] } },
      /ConstantOfShape 'b' of 9999×9999 numbers\./,
    ],
  ])('refuses %j', async (lines, weights, message) => {
    expect(await refuses(around(lines, weights))).toMatch(message);
  });

  it('a border of zeros wins no maximum over what is never below 0', async () => {
    await expectSame(
      around(['Relu a -> r', 'Pad r pads -> p', 'MaxPool p -> z kernel_shape=3,3 strides=2,2'], {
        pads: { whole: [0, 0, 1, 1, 0, 0, 1, 0] },
      }),
      around(['Relu a -> r', 'MaxPool r -> z kernel_shape=3,3 strides=2,2 pads=1,1,1,0']),
    );
  });

  it('a product with a matrix at each position is a convolution of one', async () => {
    await expectSame(
      around(
        [
          'Transpose a -> last perm=0,2,3,1',
          'MatMul last m -> product',
          'Add product shift -> sum',
          'Transpose sum -> z perm=0,3,1,2',
        ],
        { m: { shape: [4, 2], values: [1, 2, 3, 4, 5, 6, 7, 8] }, shift: { shape: [2] } },
      ),
      around(['Conv a k shift -> z'], {
        k: { shape: [2, 4, 1, 1], values: [1, 3, 5, 7, 2, 4, 6, 8] },
        shift: { shape: [2] },
      }),
    );
  });

  it('the squeeze-and-excitation of an exporter that leaves out biases of zeros', async () => {
    const weights = { squeeze: { shape: [2, 4, 1, 1] }, excite: { shape: [4, 2, 1, 1] } };
    const zeros = { none: { shape: [2], values: [0, 0] }, none4: { shape: [4], values: [0, 0, 0, 0] } };
    const lines = (squeeze: string, excite: string) =>
      [
        'GlobalAveragePool a -> mean',
        `Conv mean ${squeeze} -> fewer`,
        'Relu fewer -> bent',
        `Conv bent ${excite} -> more`,
        'Sigmoid more -> gates',
        'Mul gates a -> z',
      ] as Line[];
    const with0 = around(lines('squeeze none', 'excite none4'), { ...weights, ...zeros });
    await expectSame(around(lines('squeeze', 'excite'), weights), with0);
    expect((await read(with0)).spec.network.layers.map(({ kind }) => kind)).toContain('squeeze-excitation');
  });

  it.each([
    ['Concat a r a -> z axis=1', ['convolution', 'relu', 'identity', 'concat', 'max-pooling']],
    ['Sum a r a -> z', ['convolution', 'relu', 'identity', 'add', 'max-pooling']],
    ['Sum a a -> z', ['convolution', 'multiply', 'max-pooling']],
  ] as const)('one layer twice: %s', async (line, kinds) => {
    const { spec } = await read(around(['Relu a -> r', line]));
    const { layers } = spec.network;
    expect(layers.map(({ kind }) => kind)).toEqual(kinds);
    expect(layers.map(({ name }) => name)).toContain('z');
  });

  it('a normalisation over the channels of pixels that stand first', async () => {
    const lines: Line[] = [
      'Transpose x -> last perm=0,2,3,1',
      'LayerNormalization last s s -> normal axis=-1',
      'Transpose normal -> first perm=0,3,1,2',
      'GlobalMaxPool first -> most',
      'Flatten most -> logits',
    ];
    const { spec } = await read({ ...NCHW, weights: { s: { shape: [3] } }, lines });
    expect(spec.network.input).toEqual({ height: 6, width: 6, channels: 3 });
    expect(spec.network.layers[0]).toMatchObject({ kind: 'layer-normalization', over: 'channels' });
  });
});
