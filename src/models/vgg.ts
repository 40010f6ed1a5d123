/**
 * VGG nets (Simonyan and Zisserman, ICLR 2015, table 1, configurations A, B, D and E): blocks of 3×3 convolutions, a 2×2 max pooling behind
 * each. Chapter 15, table 15.2 is VGG-16. Convolutions start as He et al. have it; classifiers as the paper, gaussian with deviation 0.01.
 */
import { defineModel, type LayerDraft, type Model } from './model.js';
import { MODEL_OPTIONS, scaleBy } from './options.js';

/** Convolutions in each block. */
const DEPTHS = {
  vgg11: [1, 1, 2, 2, 2],
  vgg13: [2, 2, 2, 2, 2],
  vgg16: [2, 2, 3, 3, 3],
  vgg19: [2, 2, 4, 4, 4],
} as const;
type Depth = keyof typeof DEPTHS;
/** Filters of each block's convolutions. */
const FILTERS = [64, 128, 256, 512, 512] as const;

const NAMES: Readonly<Record<Depth, string>> = {
  vgg11: 'VGG-11',
  vgg13: 'VGG-13',
  vgg16: 'VGG-16',
  vgg19: 'VGG-19',
};

export const VGG_MODELS = {
  vgg11: defineImageNetVgg('vgg11'),
  'vgg11-cifar': defineCifarVgg('vgg11'),
  vgg13: defineImageNetVgg('vgg13'),
  'vgg13-cifar': defineCifarVgg('vgg13'),
  vgg16: defineImageNetVgg('vgg16'),
  'vgg16-cifar': defineCifarVgg('vgg16'),
  vgg19: defineImageNetVgg('vgg19'),
  'vgg19-cifar': defineCifarVgg('vgg19'),
};

/** As published: three fully connected layers. With batch normalisation the convolutions keep their biases, as in torchvision. */
function defineImageNetVgg(depth: Depth): Model {
  return defineModel(
    `${NAMES[depth]} for ImageNet`,
    {
      width: MODEL_OPTIONS.width.default(1),
      classes: MODEL_OPTIONS.classes.default(1000),
      inputSize: MODEL_OPTIONS.inputSize.default(224),
      batchNorm: MODEL_OPTIONS.batchNorm.default(false),
      dropout: MODEL_OPTIONS.dropout.default(0.5),
    },
    ({ width, classes, inputSize, batchNorm, dropout }) => {
      const channels = scaleBy(width);
      const hidden: LayerDraft[] = [
        classify(channels(4096)),
        { kind: 'relu' },
        ...(dropout > 0 ? [{ kind: 'dropout', rate: dropout }] : []),
      ];
      return {
        input: [inputSize, inputSize, 3],
        layers: [
          ...convolveBlocks(depth, channels, { batchNorm, bias: true }),
          ...hidden,
          ...hidden,
          classify(classes),
        ],
      };
    },
  );
}

/** For small images: one fully connected layer, and no bias in front of batch normalisation, which would take it away. */
function defineCifarVgg(depth: Depth): Model {
  return defineModel(
    `${NAMES[depth]} for CIFAR-10: one fully connected layer`,
    {
      width: MODEL_OPTIONS.width.default(1),
      classes: MODEL_OPTIONS.classes.default(10),
      inputSize: MODEL_OPTIONS.inputSize.default(32),
      batchNorm: MODEL_OPTIONS.batchNorm.default(true),
      dropout: MODEL_OPTIONS.dropout.default(0),
    },
    ({ width, classes, inputSize, batchNorm, dropout }) => ({
      input: [inputSize, inputSize, 3],
      layers: [
        ...convolveBlocks(depth, scaleBy(width), { batchNorm, bias: !batchNorm }),
        ...(dropout > 0 ? [{ kind: 'dropout', rate: dropout }] : []),
        classify(classes),
      ],
    }),
  );
}

function convolveBlocks(
  depth: Depth,
  channels: (count: number) => number,
  { batchNorm, bias }: { batchNorm: boolean; bias: boolean },
): LayerDraft[] {
  return DEPTHS[depth].flatMap((convolutions, block) => {
    const convolve: LayerDraft[] = [
      { kind: 'convolution', kernel: 3, padding: 1, filters: channels(FILTERS[block]!), bias },
      ...(batchNorm ? [{ kind: 'batch-normalization' }] : []),
      { kind: 'relu' },
    ];
    const repeated = Array.from({ length: convolutions }, () => convolve).flat();
    return [...repeated, { kind: 'max-pooling', kernel: 2 }];
  });
}

function classify(units: number): LayerDraft {
  return { kind: 'fully-connected', units, initializer: { kind: 'gaussian', std: 0.01 } };
}
