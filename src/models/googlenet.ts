/**
 * GoogLeNet (Szegedy et al., CVPR 2015, table 1). Its auxiliary classifiers (section 5), which have a part in training alone, and local response
 * normalisation are options (docs/networks.md). Convolutions start as He et al. (ICCV 2015) have it. With batch normalisation it has
 * torchvision's parameters: convolutions without bias, and 3×3 in place of 5×5.
 */
import { defineModel, type LayerDraft } from './model.js';
import { MODEL_OPTIONS, scaleBy } from './options.js';

/** Filters of an Inception module: 1×1; 3×3 reduce, 3×3; 5×5 reduce, 5×5; behind the pooling. */
type Inception = readonly [number, number, number, number, number, number];

const STAGES: readonly (readonly Inception[])[] = [
  [
    [64, 96, 128, 16, 32, 32],
    [128, 128, 192, 32, 96, 64],
  ],
  [
    [192, 96, 208, 16, 48, 64],
    [160, 112, 224, 24, 64, 64],
    [128, 128, 256, 24, 64, 64],
    [112, 144, 288, 32, 64, 64],
    [256, 160, 320, 32, 128, 128],
  ],
  [
    [256, 160, 320, 32, 128, 128],
    [384, 192, 384, 48, 128, 128],
  ],
];

/** Auxiliary classifiers, and the modules that they read. */
const AUXILIARY = [
  { name: 'aux1', behind: 'inception4a', stage: 1, module: 0 },
  { name: 'aux2', behind: 'inception4d', stage: 1, module: 3 },
] as const;
/** Of an auxiliary classifier's loss, and of its dropout. */
const AUXILIARY_WEIGHT = 0.3;
const AUXILIARY_DROPOUT = 0.7;
/** Its average pooling, where the map is not smaller: from 14×14 to 4×4. */
const AUXILIARY_POOL = { kernel: 5, stride: 3 };

/** Windows that reach over the edge, as in Caffe, so that maps are halved. */
const POOL: LayerDraft = { kind: 'max-pooling', kernel: 3, stride: 2, padding: [0, 1, 0, 1] };

/** Behind the first pooling and before the second one (figure 3), with the numbers of Caffe's BVLC GoogLeNet, since the paper has none. */
const RESPONSE_NORM: LayerDraft = {
  kind: 'local-response-normalization',
  size: 5,
  alpha: 1e-4,
  beta: 0.75,
  k: 1,
};

export const GOOGLENET_MODELS = {
  googlenet: defineModel(
    'GoogLeNet for ImageNet, its auxiliary classifiers by option',
    {
      width: MODEL_OPTIONS.width.default(1),
      classes: MODEL_OPTIONS.classes.default(1000),
      inputSize: MODEL_OPTIONS.inputSize.default(224),
      batchNorm: MODEL_OPTIONS.batchNorm.default(false),
      dropout: MODEL_OPTIONS.dropout.default(0.4),
      responseNorm: MODEL_OPTIONS.responseNorm.default(false),
      auxiliary: MODEL_OPTIONS.auxiliary.default(false),
    },
    ({ width, classes, inputSize, batchNorm, dropout, responseNorm, auxiliary }) => {
      const normalize = responseNorm ? [RESPONSE_NORM] : [];
      const channels = scaleBy(width);
      const convolve = (kernel: number, filters: number, stride = 1): LayerDraft[] => [
        {
          kind: 'convolution',
          kernel,
          stride,
          padding: (kernel - 1) / 2,
          filters: channels(filters),
          bias: !batchNorm,
        },
        ...(batchNorm ? [{ kind: 'batch-normalization', epsilon: 0.001 }] : []),
        { kind: 'relu' },
      ];
      const inception = (filters: Inception): LayerDraft => {
        const [single, reduce3, conv3, reduce5, conv5, pooled] = filters;
        return {
          kind: 'branches',
          join: 'concat',
          branches: [
            convolve(1, single),
            [...convolve(1, reduce3), ...convolve(3, conv3)],
            [...convolve(1, reduce5), ...convolve(batchNorm ? 3 : 5, conv5)],
            [{ kind: 'max-pooling', kernel: 3, stride: 1, padding: 1 }, ...convolve(1, pooled)],
          ],
        };
      };
      const drop = (rate: number): LayerDraft[] => (dropout > 0 ? [{ kind: 'dropout', rate }] : []);
      const connect = (units: number): LayerDraft => ({
        kind: 'fully-connected',
        units,
        initializer: { kind: 'gaussian', std: 0.01 },
      });
      // A convolution and three poolings before it halve the image.
      const auxiliaryMap = Math.floor(Math.ceil(inputSize / 2) / 8);
      const classifyAside = (name: string): LayerDraft[] => [
        {
          kind: 'average-pooling',
          ...(auxiliaryMap < AUXILIARY_POOL.kernel ? { kernel: 'global' } : AUXILIARY_POOL),
        },
        ...convolve(1, 128),
        connect(channels(1024)),
        { kind: 'relu' },
        ...drop(AUXILIARY_DROPOUT),
        { ...connect(classes), name },
      ];
      const stages = STAGES.map((modules, stage) => {
        const findAside = (place: number) =>
          AUXILIARY.find((one) => auxiliary && one.stage === stage && one.module === place);
        return modules.flatMap((filters, place): LayerDraft[] => {
          const [before, aside] = [findAside(place - 1), findAside(place)];
          const module = { ...inception(filters), ...(before && { inputs: [before.behind] }) };
          return aside ? [{ ...module, name: aside.behind }, ...classifyAside(aside.name)] : [module];
        });
      });
      return {
        input: [inputSize, inputSize, 3],
        layers: [
          ...convolve(7, 64, 2),
          POOL,
          ...normalize,
          ...convolve(1, 64),
          ...convolve(3, 192),
          ...normalize,
          ...stages.flatMap((modules) => [POOL, ...modules]),
          { kind: 'average-pooling', kernel: 'global' },
          ...drop(dropout),
          connect(classes),
        ],
        ...(auxiliary && { heads: AUXILIARY.map(({ name }) => ({ from: name, weight: AUXILIARY_WEIGHT })) }),
      };
    },
  ),
};
