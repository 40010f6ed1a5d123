/**
 * Residual networks (He, Zhang, Ren and Sun, CVPR 2016): those for ImageNet (table 1) with projections where shapes change, and those for
 * CIFAR-10 (section 4.2). Convolutions have no bias and are followed by batch normalisation; they start as He et al. (ICCV 2015) have it.
 */
import { defineModel, type LayerDraft, type Model } from './model.js';
import { MODEL_OPTIONS, scaleBy } from './options.js';

const RELU: LayerDraft = { kind: 'relu' };
const GLOBAL_POOL: LayerDraft = { kind: 'average-pooling', kernel: 'global' };

/** Blocks in each stage. */
const IMAGENET_STAGES = {
  resnet18: { title: 'ResNet-18', blocks: [2, 2, 2, 2], build: buildBasicBlock, expansion: 1 },
  resnet34: { title: 'ResNet-34', blocks: [3, 4, 6, 3], build: buildBasicBlock, expansion: 1 },
  resnet50: { title: 'ResNet-50', blocks: [3, 4, 6, 3], build: buildBottleneck, expansion: 4 },
} as const;

export const RESNET_MODELS = {
  resnet18: defineImageNetResnet('resnet18'),
  resnet34: defineImageNetResnet('resnet34'),
  resnet50: defineImageNetResnet('resnet50'),
  resnet20: defineCifarResnet(20),
  resnet32: defineCifarResnet(32),
  resnet44: defineCifarResnet(44),
  resnet56: defineCifarResnet(56),
  resnet110: defineCifarResnet(110),
};

function defineImageNetResnet(name: keyof typeof IMAGENET_STAGES): Model {
  const { title, blocks, build, expansion } = IMAGENET_STAGES[name];
  return defineModel(
    `${title} for ImageNet`,
    {
      width: MODEL_OPTIONS.width.default(1),
      classes: MODEL_OPTIONS.classes.default(1000),
      inputSize: MODEL_OPTIONS.inputSize.default(224),
    },
    ({ width, classes, inputSize }) => {
      const channels = scaleBy(width);
      let inputs = channels(64);
      const stages = blocks.flatMap((count, stage) =>
        Array.from({ length: count }, (_, i) => {
          const filters = channels(64 * 2 ** stage);
          const stride = stage > 0 && i === 0 ? 2 : 1;
          const changes = stride > 1 || inputs !== filters * expansion;
          inputs = filters * expansion;
          return closeBlock(build(filters, stride), changes ? project(inputs, stride) : []);
        }).flat(),
      );
      return {
        input: [inputSize, inputSize, 3],
        layers: [
          ...convolve({ kernel: 7, stride: 2, padding: 3, filters: channels(64) }),
          RELU,
          { kind: 'max-pooling', kernel: 3, stride: 2, padding: 1 },
          ...stages,
          GLOBAL_POOL,
          classify(classes),
        ],
      };
    },
  );
}

function defineCifarResnet(depth: number): Model {
  return defineModel(
    `ResNet-${depth} for CIFAR-10`,
    {
      width: MODEL_OPTIONS.width.default(1),
      classes: MODEL_OPTIONS.classes.default(10),
      inputSize: MODEL_OPTIONS.inputSize.default(32),
      shortcut: MODEL_OPTIONS.shortcut.default('A'),
    },
    ({ width, classes, inputSize, shortcut }) => {
      const channels = scaleBy(width);
      const blocks = (depth - 2) / 6;
      const stages = [16, 32, 64].flatMap((count, stage) =>
        Array.from({ length: blocks }, (_, i) => {
          const filters = channels(count);
          if (stage === 0 || i > 0) return closeBlock(buildBasicBlock(filters, 1), []);
          const adapt = shortcut === 'A' ? subsample(channels(count / 2), filters) : project(filters, 2);
          return closeBlock(buildBasicBlock(filters, 2), adapt);
        }).flat(),
      );
      return {
        input: [inputSize, inputSize, 3],
        layers: [
          ...convolve({ kernel: 3, padding: 1, filters: channels(16) }),
          RELU,
          ...stages,
          GLOBAL_POOL,
          classify(classes),
        ],
      };
    },
  );
}

function buildBasicBlock(filters: number, stride: number): LayerDraft[] {
  return [
    ...convolve({ kernel: 3, stride, padding: 1, filters }),
    RELU,
    ...convolve({ kernel: 3, padding: 1, filters }),
  ];
}

/** The stride is the 3×3 convolution's, as in Facebook's and torchvision's ResNet-50; the paper has it in the first 1×1. */
function buildBottleneck(filters: number, stride: number): LayerDraft[] {
  return [
    ...convolve({ kernel: 1, filters }),
    RELU,
    ...convolve({ kernel: 3, stride, padding: 1, filters }),
    RELU,
    ...convolve({ kernel: 1, filters: 4 * filters }),
  ];
}

function closeBlock(body: LayerDraft[], shortcut: LayerDraft[]): LayerDraft[] {
  return [{ kind: 'residual', body, shortcut }, RELU];
}

/** The paper's option B: a 1×1 convolution makes the shapes agree. */
function project(filters: number, stride: number): LayerDraft[] {
  return convolve({ kernel: 1, stride, filters });
}

/** The paper's option A: every second pixel, and zeros for the channels that are new. No parameters. */
function subsample(inputs: number, filters: number): LayerDraft[] {
  return [
    { kind: 'max-pooling', kernel: 1, stride: 2 },
    { kind: 'channel-padding', after: filters - inputs },
  ];
}

function convolve(fields: Readonly<Record<string, number>>): LayerDraft[] {
  return [{ kind: 'convolution', ...fields, bias: false }, { kind: 'batch-normalization' }];
}

function classify(units: number): LayerDraft {
  return { kind: 'fully-connected', units, initializer: { kind: 'gaussian', std: 0.01 } };
}
