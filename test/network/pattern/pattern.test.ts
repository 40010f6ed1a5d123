import { describe, expect, it } from 'vitest';
import { TextError } from '../../../src/core/errors.js';
import { LAYER_KINDS, listActivations } from '../../../src/layers/registry.js';
import { expandPattern } from '../../../src/network/pattern/pattern.js';
import { planNetwork } from '../../../src/network/plan.js';
import { parseNetwork } from '../../../src/network/spec.js';

/** The layers' kinds, with their windows: `convolution 5×5`. */
const kindsOf = (text: string) =>
  parseNetwork(text).layers.map(({ kind, ...fields }) =>
    'kernel' in fields ? `${kind} ${(fields.kernel as number[]).join('×')}` : kind,
  );
const layersOf = (text: string) => expandPattern(text).layers;
const messageOf = (text: string): string => {
  try {
    expandPattern(text);
  } catch (error) {
    expect(error).toBeInstanceOf(TextError);
    return (error as Error).message;
  }
  throw new Error('expected an error');
};

const CONV = 'convolution 5×5';
const POOL = 'max-pooling 2×2';
const FC = 'fully-connected';

describe('a pattern', () => {
  it('is a network: two blocks of convolution and pooling, two fully connected layers', () => {
    const text = 'INPUT(28x28x1) -> [[CONV(5,20)]*1 -> POOL(2)]*2 -> FC(500) -> FC(10)';
    expect(kindsOf(text)).toEqual([CONV, 'relu', POOL, CONV, 'relu', POOL, FC, 'relu', FC]);
    const { input, layers, loss } = parseNetwork(text);
    expect(input).toEqual({ height: 28, width: 28, channels: 1 });
    expect(loss).toBe('softmax-cross-entropy');
    expect(layers[0]).toMatchObject({ kernel: [5, 5], filters: 20, stride: [1, 1], padding: [0, 0, 0, 0] });
    expect(layers.at(-1)).toMatchObject({ units: 10 });
  });

  // The tutorial: INPUT -> CONV -> POOL -> CONV -> POOL -> FC -> FC is INPUT -> [[CONV]*1 -> POOL]*2 -> [FC]*2: N = 1, M = 2, K = 2.
  it('written with repetitions is the one written out', () => {
    const written = 'INPUT(28x28x3) -> CONV(5,5) -> POOL(2) -> CONV(5,5) -> POOL(2) -> FC(10) -> FC(10)';
    expect(layersOf('INPUT(28x28x3) -> [[CONV(5,5)]*1 -> POOL(2)]*2 -> [FC(10)]*2')).toEqual(
      layersOf(written),
    );
  });

  it.each([0, 1, 2, 3])('repeats a part %i times', (times) => {
    const text = `INPUT(28x28x1) -> [CONV(3,4)]*${times} -> POOL(2) -> FC(10)`;
    expect(kindsOf(text).filter((kind) => kind.startsWith('convolution'))).toHaveLength(times);
  });

  it('repeats in repetitions, words without brackets too', () => {
    const text = 'INPUT(64x64x3) -> [[CONV(3,8,p1)*2 -> BN]*2 -> POOL(2)]*3 -> FC(10)';
    const kinds = kindsOf(text);
    expect(kinds.filter((kind) => kind === 'convolution 3×3')).toHaveLength(12);
    expect(kinds.filter((kind) => kind === POOL)).toHaveLength(3);
  });

  it("keeps what is marked by '?' where its windows fit, and nowhere else", () => {
    const text = 'INPUT(12x12x1) -> [CONV(3,4,same) -> POOL(2)?]*5 -> FC(10)';
    const kinds = kindsOf(text);
    // 12, 6, 3, 1: the fourth and the fifth window have one pixel to look at.
    expect(kinds.filter((kind) => kind === POOL)).toHaveLength(3);
    expect(kinds.filter((kind) => kind === 'convolution 3×3')).toHaveLength(5);
  });

  it("keeps or leaves out the whole of a bracket marked by '?'", () => {
    const text = 'INPUT(9x9x1) -> [[CONV(3,4) -> POOL(2)]?]*3 -> FC(10)';
    // 9 -> 7 -> 3 -> 1, where pooling does not fit any more, so neither convolution nor pooling is there.
    expect(kindsOf(text)).toEqual(['convolution 3×3', 'relu', POOL, FC]);
  });

  it('reads sizes, strides and padding', () => {
    expect(layersOf('INPUT(32x30x3) -> CONV(5x3,20,s2,p1) -> CONV(3,4,same,s1x2,g2,d2) -> FC(10)')).toEqual([
      { kind: 'convolution', kernel: [5, 3], filters: 20, stride: 2, padding: 1 },
      { kind: 'relu' },
      { kind: 'convolution', kernel: 3, filters: 4, padding: 'same', stride: [1, 2], groups: 2, dilation: 2 },
      { kind: 'relu' },
      { kind: 'fully-connected', units: 10 },
    ]);
    expect(
      layersOf('INPUT(32x32x3) -> POOL(3,s2,p0x1x0x1,mean) -> POOL(2,max,ceil) -> DROPOUT(0.25) -> DROPOUT'),
    ).toEqual([
      { kind: 'average-pooling', kernel: 3, stride: 2, padding: [0, 1, 0, 1] },
      { kind: 'max-pooling', kernel: 2, ceil: true },
      { kind: 'dropout', rate: 0.25 },
      { kind: 'dropout' },
    ]);
  });

  it('reads every kind of pooling', () => {
    const text = 'INPUT(32x32x3) -> POOL(2,trainable) -> POOL(global,mean) -> FC(10)';
    expect(layersOf(text)).toMatchObject([
      { kind: 'trainable-pooling', kernel: 2 },
      { kind: 'average-pooling', kernel: 'global' },
      { kind: 'fully-connected' },
    ]);
  });

  it('takes small letters, no spaces, × and →', () => {
    expect(layersOf('input(28×28×1)→[conv(5,20)]*2->fc(10)')).toEqual(
      layersOf('INPUT(28x28x1) -> [CONV(5,20)]*2 -> FC(10)'),
    );
  });

  it('is called by its text', () => {
    const text = ' INPUT(28x28x1)  ->\n FC(10)';
    expect(parseNetwork(text).name).toBe('INPUT(28x28x1) -> FC(10)');
  });
});

describe('activations', () => {
  it('stand behind every convolution and fully connected layer but the last if none is named', () => {
    expect(kindsOf('INPUT(9x9x1) -> CONV(5,4) -> CONV(5,10)')).toEqual([CONV, 'relu', CONV]);
    expect(kindsOf('INPUT(9x9x1) -> FC(5) -> DROPOUT -> FC(10) -> DROPOUT')).toEqual([
      FC,
      'relu',
      'dropout',
      FC,
      'dropout',
    ]);
    expect(kindsOf('INPUT(9x9x1) -> POOL(2)')).toEqual([POOL]);
  });

  it('stand behind the normalisation', () => {
    const norm = 'batch-normalization';
    expect(kindsOf('INPUT(9x9x1) -> BN -> CONV(5,4) -> BN -> POOL(2) -> FC(10) -> BN')).toEqual([
      norm,
      CONV,
      norm,
      'relu',
      POOL,
      FC,
      norm,
    ]);
  });

  it('stand where they are written if any is named', () => {
    const base = 'INPUT(28x28x1) -> [CONV(5,20) -> POOL(2)]*2 -> CONV(4,500) -> RELU -> CONV(1,10)';
    expect(kindsOf(base)).toEqual([CONV, POOL, CONV, POOL, 'convolution 4×4', 'relu', 'convolution 1×1']);
    expect(kindsOf('INPUT(9x9x1) -> FC(5) -> TANH -> FC(5) -> SIGMOID -> FC(5) -> IDENTITY')).toEqual([
      FC,
      'tanh',
      FC,
      'sigmoid',
      FC,
      'identity',
    ]);
  });
});

describe('every activation', () => {
  it.each(listActivations(LAYER_KINDS))('%s is a word', (kind) => {
    expect(kindsOf(`INPUT(9x9x1) -> FC(5) -> ${kind.toUpperCase()} -> FC(5)`)).toEqual([FC, kind, FC]);
  });

  it('takes its option', () => {
    expect(layersOf('INPUT(9x9x1) -> FC(5) -> LEAKY-RELU(0.1)->ELU(2)')).toMatchObject([
      {},
      { kind: 'leaky-relu', slope: 0.1 },
      { kind: 'elu', alpha: 2 },
    ]);
  });
});

describe('the sizes of the texts', () => {
  const plan = (text: string) =>
    planNetwork(parseNetwork(text), { batchSize: 2, slices: 2, training: false });
  const outputOf = (text: string) => {
    const { height, width, channels } = plan(text).tensors.at(-1)!.shape;
    return [height, width, channels];
  };

  // The tutorial, equations 2 and 3: (5 − 3 + 0) / 2 + 1 = 2.
  it('a 3×3 kernel on 5×5 gives 3×3, at stride 2 2×2', () => {
    expect(outputOf('INPUT(5x5x1) -> CONV(3,1)')).toEqual([3, 3, 1]);
    expect(outputOf('INPUT(5x5x1) -> CONV(3,1,s2)')).toEqual([2, 2, 1]);
  });

  // The tutorial's animation says 7×7×3 of the padded input: 5×5×3 with one ring of zeros.
  it('two 3×3×3 kernels at stride 2 on 5×5×3 padded to 7×7×3 give 3×3×2, with (3·3·3 + 1)·2 = 56 parameters', () => {
    expect(outputOf('INPUT(5x5x3) -> CONV(3,2,s2,p1)')).toEqual([3, 3, 2]);
    expect(outputOf('INPUT(7x7x3) -> CONV(3,2,s2)')).toEqual([3, 3, 2]);
    expect(plan('INPUT(5x5x3) -> CONV(3,2,s2,p1)').parameterCount).toBe(56);
  });

  // The tutorial and the notes: a fully connected layer on a picture of a million pixels, and one shared 10×10 kernel.
  it('100 units on 1000×1000 have (1000·1000 + 1)·100 parameters, a shared 10×10 kernel 100', () => {
    expect(plan('INPUT(1000x1000x1) -> FC(100)').parameterCount).toBe(100_000_100);
    const [kernel] = plan('INPUT(1000x1000x1) -> CONV(10,1)').steps[0]!.parameters;
    expect(kernel!.size).toBe(100);
  });

  // Chapter 15, equation 15.50.
  it('pooling with windows side by side divides height and width', () => {
    expect(outputOf('INPUT(8x6x3) -> POOL(2x3)')).toEqual([4, 2, 3]);
    expect(outputOf('INPUT(8x6x3) -> POOL(4x2,mean)')).toEqual([2, 3, 3]);
  });

  // Chapter 15.5.1: H − H' + 1 without padding; the same size with its rule for padding, even kernels included.
  it.each([1, 2, 3, 4, 5])('kernel %i', (kernel) => {
    expect(outputOf(`INPUT(9x8x2) -> CONV(${kernel},3)`)).toEqual([9 - kernel + 1, 8 - kernel + 1, 3]);
    expect(outputOf(`INPUT(9x8x2) -> CONV(${kernel},3,same)`)).toEqual([9, 8, 3]);
  });
});

describe('the words of normalisations', () => {
  it.each([
    ['GN(8)', { kind: 'group-normalization', groups: 8 }],
    ['LN', { kind: 'layer-normalization', over: 'image' }],
    ['LN(channels)', { kind: 'layer-normalization', over: 'channels' }],
    ['LRN', { kind: 'local-response-normalization', size: 5 }],
    ['LRN(3)', { kind: 'local-response-normalization', size: 3 }],
  ])('%s is that layer', (word, layer) => {
    const { layers } = parseNetwork(`INPUT(9x9x1) -> CONV(5,8) -> ${word} -> FC(10) -> IDENTITY`);
    expect(layers[1]).toMatchObject(layer);
  });

  it('stand before the activation, but that of responses behind it', () => {
    expect(kindsOf('INPUT(9x9x1) -> CONV(5,8) -> GN(4) -> FC(10) -> LN')).toEqual([
      CONV,
      'group-normalization',
      'relu',
      FC,
      'layer-normalization',
    ]);
    expect(kindsOf('INPUT(9x9x1) -> CONV(5,8) -> LRN -> FC(10)')).toEqual([
      CONV,
      'relu',
      'local-response-normalization',
      FC,
    ]);
  });

  it('say what they take', () => {
    expect(messageOf('INPUT(9x9x1) -> GN')).toContain('expected GN(groups): GN(8); found no groups');
    expect(messageOf('INPUT(9x9x1) -> LN(map)')).toContain("expected LN or LN(channels); found 'map'");
  });
});

describe('a malformed pattern', () => {
  it('is shown with a caret under the character', () => {
    expect(messageOf('INPUT(28x28x1) -> [CONV(5,20)]*N -> FC(10)')).toBe(
      [
        "pattern: character 32: expected a whole number of repetitions, found 'N'.",
        '  INPUT(28x28x1) -> [CONV(5,20)]*N -> FC(10)',
        '                                 ^',
      ].join('\n'),
    );
  });

  // ▲ stands before the character at fault.
  it.each([
    ['▲', "expected a layer or '[', found the end"],
    ['▲CONV(5,20) -> FC(10)', 'expected INPUT(height x width x channels) to begin with'],
    ['▲[INPUT(28x28x1)] -> FC(10)', 'expected INPUT'],
    ['▲INPUT(28x28x1)*2 -> FC(10)', 'expected INPUT'],
    ['▲INPUT -> FC(10)', 'found no shape'],
    [
      'INPUT(▲28x28) -> FC(10)',
      "expected 3 numbers (whole, from 1 up) with x between them as shape; found '28x28'",
    ],
    ['INPUT(28x28x1)▲', "expected '->' and a layer, found the end"],
    ['INPUT(28x28x1) ->▲', "expected a layer or '[', found the end"],
    ['INPUT(28x28x1) -> FC(10) -> ▲INPUT(1x1x10)', 'expected INPUT at the beginning only'],
    ['INPUT(28x28x1) -> ▲CVON(5,20)', "unknown layer 'CVON'. Did you mean 'CONV'? Valid: CONV, POOL"],
    ['INPUT(28x28x1) -> ▲CONV', 'found no kernel'],
    ['INPUT(28x28x1) -> ▲CONV(5)', 'found no filters'],
    ['INPUT(28x28x1) -> CONV(5,20,▲3)', 'expected CONV(kernel,filters), with s for the stride'],
    ['INPUT(28x28x1) -> CONV(5,20,▲q3)', "found 'q3'"],
    ['INPUT(28x28x1) -> CONV(5,20,▲valid)', "found 'valid'"],
    ['INPUT(28x28x1) -> CONV(5,20,s2,▲s3)', "expected one stride; found 's3' as well"],
    ['INPUT(28x28x1) -> CONV(5,20,p2,▲same)', "expected one padding; found 'same' as well"],
    [
      'INPUT(28x28x1) -> CONV(▲0,20)',
      'expected 1 or 2 numbers (whole, from 1 up) with x between them as kernel',
    ],
    ['INPUT(28x28x1) -> CONV(▲2.5,20)', "found '2.5'"],
    ['INPUT(28x28x1) -> ▲POOL(mean)', 'found no kernel'],
    ['INPUT(28x28x1) -> POOL(2,▲global)', "expected one kernel; found 'global' as well"],
    ['INPUT(28x28x1) -> POOL(2,max,▲mean)', "expected one kind; found 'mean' as well"],
    ['INPUT(28x28x1) -> CONV(5,▲2x2)', "expected 1 number (whole, from 1 up) as filters; found '2x2'"],
    ['INPUT(28x28x1) -> CONV(5,20,▲p1x2x3)', 'expected 1 or 2 or 4 numbers'],
    ['INPUT(28x28x1) -> CONV(5,▲,20)', "expected a size or an option, found ','"],
    ['INPUT(28x28x1) -> CONV(▲)', "expected a size or an option, found ')'"],
    ['INPUT(28x28x1) -> CONV(5,20 ▲-> FC(10)', "expected ',' or ')', found '-'"],
    ['INPUT(28x28x1) -> RELU(▲1)', "expected RELU; found '1'"],
    ['INPUT(28x28x1) -> ▲DROPOUT(1.5) -> FC(10)', "field 'rate': expected number to be <1, found 1.5"],
    ['INPUT(28x28x1) -> [CONV(5,20)▲', "expected '->', '*', '?' or ']', found the end"],
    ['INPUT(28x28x1) -> [▲]*2 -> FC(10)', "expected a layer or '[', found ']'"],
    ['INPUT(28x28x1) -> FC(10)▲]', "expected '->', '*', '?' or the end, found ']'"],
    ['INPUT(28x28x1) -> FC(10) ▲FC(10)', "found 'F'"],
    ['INPUT(28x28x1) -> POOL(2)?▲*2 -> FC(10)', "found '*'"],
    ['INPUT(28x28x1) -> FC(10) ▲😀', "found '😀'"],
    ['INPUT(28x28x1) -> [FC(10)]*▲x', "found 'x'"],
    ['INPUT(28x28x1) -> [FC(10)]*▲1001', 'expected at most 1000 repetitions'],
    ['INPUT(28x28x1) -> [[▲FC(10)]*1000]*1000', 'expected at most 1000 layers'],
    ['INPUT(28x28x1) -> ▲[FC(10)]*0', 'expected at least one layer'],
    ['INPUT(28x28x1) -> [▲COVN(5,20)]*0 -> FC(10)', "unknown layer 'COVN'"],
    ['INPUT(28x28x1) -> [▲CONV(5,20) -> POOL(2)]*4 -> FC(10)', 'expected a window of at most 4×4'],
    ['INPUT(28x28x1) -> ▲POOL(2,p2)? -> FC(10)', 'expected padding smaller than the window'],
    ['INPUT(28x28x3) -> ▲CONV(5,20,g2) -> FC(10)', 'expected groups that divide 3 input channels'],
    ['INPUT(28x28x1) -> ▲POOL(2,p2) -> FC(10)', 'expected padding smaller than the window'],
  ])('%s', (marked, message) => {
    const offset = marked.indexOf('▲');
    const [said, shown, caret] = messageOf(marked.replace('▲', '')).split('\n');
    expect(said).toMatch(`character ${offset + 1}: `);
    expect(said).toContain(message);
    expect(shown).toBe(`  ${marked.replace('▲', '')}`);
    expect(caret).toBe(`${' '.repeat(2 + offset)}^`);
  });

  it('of any depth is refused', () => {
    expect(messageOf(`INPUT(1x1x1) -> ${'['.repeat(100_000)}`)).toMatch(/at most 100 brackets in brackets/);
  });

  it('that is long is shown around the character', () => {
    const [said, shown, caret] = messageOf(
      `INPUT(1x1x1)${' -> FC(3)'.repeat(100)} -> FC(x)${' -> FC(3)'.repeat(100)}`,
    ).split('\n');
    expect(said).toMatch(/character 920: /);
    expect(shown!.length).toBeLessThan(110);
    expect(shown!.slice(caret!.length - 1)).toMatch(/^x\)/);
  });

  it('does not take long to be repeated in vain', () => {
    const text = 'INPUT(1x1x1) -> [[[[FC(2)]*0 -> POOL(2)?]*1000]*1000]*1000 -> FC(10)';
    expect(kindsOf(text)).toEqual([FC]);
  });
});
