/**
 * MobileNetV2 (Sandler, Howard, Zhu, Zhmoginov and Chen, CVPR 2018) for images of 32×32, as it is common for CIFAR-10 (kuangliu's
 * pytorch-cifar): table 2 with the first two strides 1, and 1×1 convolutions where a block of stride 1 changes the channels.
 */
import { defineModel, type LayerDraft } from './model.js';
import { MODEL_OPTIONS, scaleBy } from './options.js';

/** Table 2: t, c, n and s; the stride is the first block's of each stage. */
const STAGES = [
  { expansion: 1, filters: 16, blocks: 1, stride: 1 },
  { expansion: 6, filters: 24, blocks: 2, stride: 1 },
  { expansion: 6, filters: 32, blocks: 3, stride: 2 },
  { expansion: 6, filters: 64, blocks: 4, stride: 2 },
  { expansion: 6, filters: 96, blocks: 3, stride: 1 },
  { expansion: 6, filters: 160, blocks: 3, stride: 2 },
  { expansion: 6, filters: 320, blocks: 1, stride: 1 },
];

const mobilenetV2Cifar = defineModel(
  'MobileNetV2 for CIFAR-10',
  {
    width: MODEL_OPTIONS.width.default(1),
    activation: MODEL_OPTIONS.activation.default('relu6'),
    classes: MODEL_OPTIONS.classes.default(10),
    inputSize: MODEL_OPTIONS.inputSize.default(32),
  },
  ({ width, activation, classes, inputSize }) => {
    const channels = scaleBy(width);
    const active: LayerDraft = { kind: activation };
    let inputs = channels(32);
    const blocks = STAGES.flatMap(({ expansion, filters, blocks, stride }) =>
      Array.from({ length: blocks }, (_, i) => {
        const shape = { inputs, expansion, filters: channels(filters), stride: i === 0 ? stride : 1 };
        inputs = shape.filters;
        return buildBlock(shape, active);
      }).flat(),
    );
    return {
      input: [inputSize, inputSize, 3],
      layers: [
        ...convolve({ kernel: 3, padding: 1, filters: channels(32) }),
        active,
        ...blocks,
        ...convolve({ kernel: 1, filters: channels(1280) }),
        active,
        { kind: 'average-pooling', kernel: 'global' },
        { kind: 'fully-connected', units: classes, initializer: { kind: 'gaussian', std: 0.01 } },
      ],
    };
  },
);

export const MOBILENET_V2_MODELS = {
  'mobilenet-v2-cifar': mobilenetV2Cifar,
};

interface BlockShape {
  readonly inputs: number;
  readonly expansion: number;
  readonly filters: number;
  readonly stride: number;
}

/** An inverted residual with a linear bottleneck: wide in the middle, where channels are convolved one by one. */
function buildBlock({ inputs, expansion, filters, stride }: BlockShape, active: LayerDraft): LayerDraft[] {
  const wide = expansion * inputs;
  const body = [
    ...convolve({ kernel: 1, filters: wide }),
    active,
    ...convolve({ kernel: 3, stride, padding: 1, filters: wide, groups: wide }),
    active,
    ...convolve({ kernel: 1, filters }),
  ];
  if (stride > 1) return body;
  const shortcut = inputs === filters ? [] : convolve({ kernel: 1, filters });
  return [{ kind: 'residual', body, shortcut }];
}

function convolve(fields: Readonly<Record<string, number>>): LayerDraft[] {
  return [{ kind: 'convolution', ...fields, bias: false }, { kind: 'batch-normalization' }];
}
