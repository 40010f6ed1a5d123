import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { buildModel, listChangedOptions, MODEL_NAMES, MODELS } from '../../src/models/registry.js';
import { describeNetwork } from '../../src/network/describe.js';

/** Parameters as published, or as torchvision's model of that name has them. */
const PARAMETERS: readonly [name: string, options: object, parameters: number][] = [
  // The paper's 60,000 and 85 for each class, which are fixed there.
  ['lenet5', {}, 60_850],
  ['lenet5-modern', {}, 61_706],
  ['BASE', {}, 431_080],
  ['BN', {}, 431_650],
  ['SK', {}, 441_570],
  ['three-layer', {}, 825_046],
  ['cifar-quick', {}, 145_578],
  ['alexnet', {}, 60_965_224],
  ['vgg11', {}, 132_863_336],
  ['vgg13', {}, 133_047_848],
  ['vgg16', {}, 138_357_544],
  ['vgg19', {}, 143_667_240],
  ['vgg11', { batchNorm: true }, 132_868_840],
  ['vgg13', { batchNorm: true }, 133_053_736],
  ['vgg16', { batchNorm: true }, 138_365_992],
  ['vgg19', { batchNorm: true }, 143_678_248],
  // Convolutions without bias, 512 inputs to ten classes.
  ['vgg16-cifar', {}, 14_724_042],
  ['vgg16-cifar', { batchNorm: false }, 14_719_818],
  ['googlenet', {}, 6_998_552],
  ['googlenet', { batchNorm: true }, 6_624_904],
  // Normalised responses have no parameters.
  ['alexnet', { responseNorm: true }, 60_965_224],
  ['googlenet', { responseNorm: true }, 6_998_552],
  // BVLC's Caffe and torchvision have as many.
  ['googlenet', { auxiliary: true }, 13_378_280],
  ['googlenet', { batchNorm: true, auxiliary: true }, 13_004_888],
  ['resnet18', {}, 11_689_512],
  ['resnet34', {}, 21_797_672],
  ['resnet50', {}, 25_557_032],
  // The paper says 0.27, 0.46, 0.66, 0.85 and 1.7 million.
  ['resnet20', {}, 269_722],
  ['resnet32', {}, 464_154],
  ['resnet44', {}, 658_586],
  ['resnet56', {}, 853_018],
  ['resnet110', {}, 1_727_962],
  // Without the 288 weights of the whitening convolution, which do not learn.
  ['airbench94', {}, 1_971_352],
  ['airbench94-muon', {}, 1_971_352],
  ['airbench96', {}, 9_915_416],
  // As kuangliu's pytorch-cifar has it.
  ['mobilenet-v2-cifar', {}, 2_296_922],
  ['resnet20', { shortcut: 'B' }, 272_474],
  ['resnet56', { shortcut: 'B' }, 855_770],
];

describe('named networks', () => {
  it.each(PARAMETERS)('%s %j has %i parameters', (name, options, parameters) => {
    expect(describeNetwork(buildModel(name, options, 'test').network).parameters).toBe(parameters);
  });

  it.each(MODEL_NAMES)('%s gives one output a class', (name) => {
    const { options, network } = buildModel(name, {}, 'test');
    const { output } = describeNetwork(network).layers.at(-1)!;
    expect(output).toEqual({ height: 1, width: 1, channels: options.classes ?? 10 });
    expect(network.name).toBe(name);
  });

  it.each(MODEL_NAMES.filter((name) => 'classes' in MODELS[name]!.options.shape))(
    '%s takes other classes',
    (name) => {
      const { network } = buildModel(name, { classes: 7 }, 'test');
      expect(describeNetwork(network).layers.at(-1)!.output.channels).toBe(7);
    },
  );

  it('has the layers of LeNet-5 that the paper counts', () => {
    const { layers } = describeNetwork(buildModel('lenet5', {}, 'test').network);
    const counts = Object.fromEntries(layers.map(({ name, parameters }) => [name, parameters]));
    expect(counts).toMatchObject({ C1: 156, S2: 12, C3: 1516, S4: 32, C5: 48_120, F6: 10_164 });
    const maps = layers.filter(({ name }) => /^[CSF]\d$/.test(name)).map(({ output }) => output);
    expect(maps.map(({ height, width, channels }) => [height, width, channels])).toEqual([
      [28, 28, 6],
      [14, 14, 6],
      [10, 10, 16],
      [5, 5, 16],
      [1, 1, 120],
      [1, 1, 84],
    ]);
  });

  it.each([
    ['googlenet', 480, 28],
    ['resnet50', 256, 56],
    ['alexnet', 256, 6],
    ['cifar-quick', 64, 4],
    ['vgg19', 512, 7],
  ])('%s makes maps of the sizes that are published', (name, channels, size) => {
    const { layers } = describeNetwork(buildModel(name, {}, 'test').network);
    expect(layers.map(({ output }) => output)).toContainEqual({ height: size, width: size, channels });
  });

  /** The layers of that kind: height, channels and the field in the network's input. */
  function listMaps(name: string, options: object, kind: string): number[][] {
    const { layers } = describeNetwork(buildModel(name, options, 'test').network);
    return layers
      .filter((layer) => layer.kind === kind)
      .map(({ output, fieldInInput }) => [output.height, output.channels, fieldInInput[0]]);
  }

  it('has AlexNet as published, with the receptive fields that are known of it', () => {
    const published = { responseNorm: true };
    expect(listMaps('alexnet', published, 'convolution')).toEqual([
      [55, 96, 11],
      [27, 256, 51],
      [13, 384, 99],
      [13, 384, 131],
      [13, 256, 163],
    ]);
    // Before the poolings, as in section 3.5.
    expect(listMaps('alexnet', published, 'local-response-normalization')).toEqual([
      [55, 96, 11],
      [27, 256, 51],
    ]);
    expect(listMaps('alexnet', published, 'max-pooling')).toEqual([
      [27, 96, 19],
      [13, 256, 67],
      [6, 256, 195],
    ]);
    // Krizhevsky et al., section 3.3: k = 2, n = 5, α = 1e-4 of the sum, β = 0.75.
    const { network } = buildModel('alexnet', published, 'test');
    expect(network.layers.filter(({ kind }) => kind === 'local-response-normalization')).toEqual(
      Array(2).fill({ kind: 'local-response-normalization', size: 5, alpha: 5e-4, beta: 0.75, k: 2 }),
    );
  });

  it('has the maps of table 1 of GoogLeNet', () => {
    const published = { responseNorm: true };
    expect(listMaps('googlenet', published, 'local-response-normalization')).toEqual([
      [56, 64, 11],
      [56, 192, 19],
    ]);
    expect(listMaps('googlenet', published, 'concat')).toEqual([
      [28, 256, 59],
      [28, 480, 91],
      [14, 512, 171],
      [14, 512, 235],
      [14, 512, 299],
      [14, 528, 363],
      [14, 832, 427],
      [7, 832, 587],
      [7, 1024, 715],
    ]);
  });

  it('scales channels by width, but not the classes', () => {
    const { network } = buildModel('vgg11-cifar', { width: 0.1 }, 'test');
    const channels = describeNetwork(network).layers.map(({ output }) => output.channels);
    expect([channels[0], channels[4], channels.at(-1)]).toEqual([6, 13, 10]);
  });

  it('refuses unknown names and options, and wrong values, with one line', () => {
    const message = (name: string, options: object) => {
      try {
        buildModel(name, options, 'spec');
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
        return (error as Error).message;
      }
      throw new Error('expected an error');
    };
    expect(message('vgg12', {})).toMatch(/^spec: unknown model 'vgg12'. Did you mean 'vgg11'\?/);
    expect(message('SK', { batchNorm: true })).toBe(
      "spec: model SK: unknown field 'batchNorm'. Valid: width, dropout, activation, classes.",
    );
    expect(message('vgg16', { classes: 1 })).toMatch(/model vgg16: field 'classes': .*found 1/);
  });

  it('tells which options were changed', () => {
    expect(listChangedOptions('vgg16', { width: 1, classes: 10, dropout: 0.5 })).toEqual([['classes', 10]]);
    expect(listChangedOptions('mine', { width: 1, activation: 'relu', dropout: 0 })).toEqual([]);
  });
});
