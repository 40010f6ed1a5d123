import { describe, expect, it } from 'vitest';
import { planNetwork } from '../../src/network/plan.js';
import { parseNetwork } from '../../src/network/spec.js';
import { describeLayer } from '../helpers/layer-suite.js';

const convolution = (filters: number, options: object = {}) => ({
  kind: 'convolution',
  kernel: [2, 1],
  padding: 'same',
  filters,
  ...options,
});
const tanh = (...inputs: string[]) => ({ kind: 'tanh', inputs });
const join = (kind: string, ...inputs: string[]) => ({ kind, inputs });
/** Layers as one layer, as the layer suite takes it: on a level of their own. */
const together = (...layers: object[]) => ({ kind: 'branches', branches: [layers], join: 'concat' });

describeLayer('add', [
  {
    name: 'of readers that are read again',
    layer: together(
      convolution(3, { name: 'one' }),
      tanh('one'),
      { ...convolution(3), inputs: ['one'] },
      join('add', 'tanh1', 'convolution2', 'one'),
      join('add', 'add1', 'tanh1'),
    ),
    input: [3, 4, 2],
    output: [3, 4, 3],
  },
  {
    name: 'of the input',
    layer: together(convolution(2), { kind: 'sigmoid' }, join('add', 'input', 'sigmoid1')),
    input: [3, 3, 2],
    output: [3, 3, 2],
  },
]);

describeLayer('concat', [
  {
    name: 'of all before, thrice',
    layer: together(
      convolution(2),
      join('concat', 'input', 'convolution1'),
      convolution(1),
      join('concat', 'input', 'convolution1', 'convolution2'),
      convolution(2),
      join('concat', 'convolution3', 'convolution2', 'input'),
    ),
    input: [4, 3, 2],
    output: [4, 3, 5],
  },
  {
    name: 'in a residual',
    layer: {
      kind: 'residual',
      body: [convolution(2), tanh('input'), join('concat', 'convolution1', 'tanh1'), convolution(3)],
    },
    input: [3, 3, 3],
    output: [3, 3, 3],
  },
]);

const plan = (layers: readonly object[], { images = 2, training = true, ...network } = {}) =>
  planNetwork(parseNetwork({ input: [8, 8, 3], layers, ...network }), {
    batchSize: images,
    slices: 2,
    training,
  });

describe('inputs', () => {
  it('are the layer before where there are none', () => {
    const named = [convolution(2), { kind: 'tanh', inputs: ['convolution1'] }];
    expect(plan(named).tensors).toEqual(plan([convolution(2), { kind: 'tanh' }]).tensors);
  });

  it('have a fork behind what several read, in the order of the readers', () => {
    const { steps, tensors } = plan([
      convolution(2),
      tanh('convolution1'),
      { kind: 'sigmoid', inputs: ['convolution1'] },
      join('add', 'sigmoid1', 'convolution1', 'tanh1'),
    ]);
    expect(steps.map(({ name }) => name)).toEqual([
      'convolution1',
      'convolution1.readers',
      'tanh1',
      'sigmoid1',
      'add1',
    ]);
    expect(steps[1]!.outputs.map((output) => tensors[output]!.name)).toEqual([
      'convolution1.to.tanh1',
      'convolution1.to.sigmoid1',
      'convolution1.to.add1',
    ]);
    expect(steps[4]!.inputs.map((input) => tensors[input]!.name)).toEqual([
      'sigmoid1',
      'convolution1.to.add1',
      'tanh1',
    ]);
  });

  it('come to a layer of images from lanes behind one change of layout each', () => {
    const { steps } = plan(
      [
        convolution(2),
        { kind: 'dropout', inputs: ['convolution1'] },
        convolution(2, { inputs: ['convolution1'] }),
        join('add', 'dropout1', 'convolution2'),
      ],
      { images: 16 },
    );
    expect(steps.map(({ name, layout }) => [name, layout])).toEqual([
      ['convolution1', 'lanes'],
      ['convolution1.readers', 'lanes'],
      ['relayout', 'lanes'],
      ['dropout1', 'images'],
      ['convolution2', 'lanes'],
      ['relayout', 'lanes'],
      ['add1', 'images'],
    ]);
  });

  it('come behind one change of layout where all readers work on images', () => {
    const classify = { kind: 'fully-connected', units: 4, inputs: ['relu1'] };
    const { steps } = plan(
      [
        convolution(2),
        { kind: 'relu' },
        classify,
        classify,
        join('concat', 'fully-connected1', 'fully-connected2'),
      ],
      { images: 16 },
    );
    const names = steps.map(({ name }) => name);
    expect(names.slice(2, 4)).toEqual(['relayout', 'relayout.readers']);
  });

  it.each([
    [
      'a later layer',
      [tanh('convolution1'), convolution(2, { inputs: ['input'] })],
      "tanh1 (layer 1): expected inputs that stand before it, found 'convolution1', which stands behind it. Move that layer up",
    ],
    [
      'a cycle',
      [convolution(2), join('add', 'convolution1', 'tanh2'), tanh('add1'), tanh('tanh1')],
      "add1 (layer 2): expected inputs that stand before it, found 'tanh2', which depends on it: a cycle.",
    ],
    [
      'itself',
      [tanh('tanh1')],
      "tanh1 (layer 1): expected inputs that stand before it, found 'tanh1', which it is",
    ],
    [
      'an unknown name',
      [convolution(2), tanh('convolutoin1')],
      "tanh1 (layer 2): unknown input 'convolutoin1'. Did you mean 'convolution1'? Valid: convolution1, input.",
    ],
    [
      'what is inside of a composite',
      [{ kind: 'residual', body: [convolution(3)] }, tanh('residual1.convolution1')],
      "tanh1 (layer 2): expected inputs from the layers beside it, found 'residual1.convolution1', which is " +
        'residual1 > body > convolution1 (layer 1). Read residual1, or write out what it is made of.',
    ],
    [
      'what is outside of its composite',
      [convolution(3), { kind: 'residual', body: [tanh('convolution1')] }],
      "residual1 > body > tanh1 (layer 2): expected inputs from the layers beside it, found 'convolution1', which is " +
        'convolution1 (layer 1). Of what is outside, a composite reads its own input alone',
    ],
    [
      'two things of one name',
      [{ ...convolution(3), name: 'input' }, tanh('input')],
      "tanh1 (layer 2): expected inputs that name one thing, found 'input', which is also custom: input (layer 1).",
    ],
    [
      'nobody',
      [convolution(3), convolution(2), tanh('convolution1')],
      'convolution2 (layer 2): expected a layer that reads what it gives, found none.',
    ],
    [
      'shapes that do not join',
      [convolution(3), convolution(2), join('add', 'input', 'convolution2')],
      'add1 (layer 3): expected one shape from all that is joined, found 8×8×3 (input) and 8×8×2 (convolution2).',
    ],
  ])('may not read %s', (_title, layers, message) => {
    expect(() => plan(layers)).toThrow(`custom: ${message}`);
  });

  it('have one name twice told before anything else', () => {
    const twice = [convolution(2, { name: 'one' }), convolution(2, { name: 'one', inputs: ['input'] })];
    expect(() => plan(twice)).toThrow("expected a name that no other layer has, found 'one'");
  });

  it.each([
    [{ kind: 'add' }, 'layer 1 (add): field'],
    [join('add', 'input'), "field 'inputs': expected two names or more of layers to join, found"],
    [join('concat', 'input', 'input'), "field 'inputs': expected names that differ, found"],
    [
      tanh('input', 'input'),
      "field 'inputs': expected one name, since only add and concat join several, found",
    ],
    [{ kind: 'tanh', inputs: 'input' }, 'field \'inputs\': expected array, found "input"'],
    [{ ...join('add', 'a', 'b'), axis: 1 }, "layer 1 (add): unknown field 'axis'"],
    [{ kind: 'ad', inputs: ['input'] }, "unknown layer kind 'ad'. Did you mean 'add'?"],
  ])('are as many as the kind takes: %j', (layer, message) => {
    expect(() => parseNetwork({ input: [8, 8, 3], layers: [layer] })).toThrow(message);
  });
});
