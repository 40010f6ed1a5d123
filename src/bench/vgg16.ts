import { type NetworkSpec, parseNetwork } from '../network/spec.js';

/** Filters of the convolutions of each block; a pooling layer ends the block. */
const BLOCKS = [
  [64, 64],
  [128, 128],
  [256, 256, 256],
  [512, 512, 512],
  [512, 512, 512],
];
const CLASSES = 10;

/** VGG-16 (configuration D of Simonyan and Zisserman, ICLR 2015) for images of 32×32×3: batch normalisation, one fully connected layer. */
export function buildVgg16(): NetworkSpec {
  const layers = BLOCKS.flatMap((block) => [
    ...block.flatMap((filters) => [
      { kind: 'convolution', kernel: 3, padding: 1, filters, bias: false },
      { kind: 'batch-normalization', epsilon: 1e-4, momentum: 0.05 },
      { kind: 'relu' },
    ]),
    { kind: 'max-pooling', kernel: 2 },
  ]);
  return parseNetwork({
    name: 'VGG-16',
    input: [32, 32, 3],
    layers: [...layers, { kind: 'fully-connected', units: CLASSES }],
  });
}
