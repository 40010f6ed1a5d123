import { describeLayer } from '../../helpers/layer-suite.js';

describeLayer('max-pooling', [
  { name: '2×2', layer: { kind: 'max-pooling', kernel: 2 }, input: [6, 4, 3], output: [3, 2, 3] },
  {
    name: 'overlapping',
    layer: { kind: 'max-pooling', kernel: 3, stride: 1 },
    input: [5, 5, 2],
    output: [3, 3, 2],
  },
  {
    name: 'padded',
    layer: { kind: 'max-pooling', kernel: [3, 2], stride: [2, 1], padding: [1, 0, 0, 1] },
    input: [6, 5, 2],
    output: [3, 5, 2],
  },
]);

/** CIFAR-quick's, as MatConvNet has it. */
const PADDED_BELOW_AND_RIGHT = { kernel: 3, stride: 2, padding: [0, 1, 0, 1] };

describeLayer('average-pooling', [
  { name: '2×2', layer: { kind: 'average-pooling', kernel: 2 }, input: [6, 4, 3], output: [3, 2, 3] },
  {
    name: 'valid elements',
    layer: { kind: 'average-pooling', kernel: 3, stride: 2, padding: 1 },
    input: [5, 6, 2],
    output: [3, 3, 2],
  },
  {
    name: 'whole window',
    layer: { kind: 'average-pooling', kernel: 3, stride: 2, padding: [0, 1, 0, 1], countPadding: true },
    input: [6, 6, 5],
    output: [3, 3, 5],
  },
]);

for (const kind of ['max-pooling', 'average-pooling']) {
  describeLayer(kind, [
    {
      name: 'padded below and right',
      layer: { kind, ...PADDED_BELOW_AND_RIGHT },
      input: [6, 8, 2],
      output: [3, 4, 2],
    },
    { name: 'global', layer: { kind, kernel: 'global' }, input: [5, 3, 4], output: [1, 1, 4] },
  ]);
}

for (const kind of ['max-pooling', 'average-pooling', 'trainable-pooling']) {
  // Padded on both sides, a last window that would begin in the padding is left out: two columns, not three.
  const layer = { kind, kernel: 3, stride: 2, padding: [1, 1, 0, 1], ceil: true };
  describeLayer(kind, [
    { name: 'ceil', layer, input: [6, 5, 2], output: [4, 3, 2] },
    {
      name: 'ceil, side by side',
      layer: { kind, kernel: 2, ceil: true },
      input: [7, 3, 2],
      output: [4, 2, 2],
    },
  ]);
}

describeLayer('average-pooling', [
  {
    name: 'ceil, padding counted',
    layer: { kind: 'average-pooling', kernel: 3, stride: 2, padding: 1, ceil: true, countPadding: true },
    input: [6, 5, 3],
    output: [4, 3, 3],
  },
  {
    name: 'replicated padding',
    layer: {
      kind: 'average-pooling',
      kernel: [3, 2],
      stride: [2, 1],
      padding: [1, 1, 0, 2],
      paddingMode: 'replicate',
      countPadding: true,
    },
    input: [5, 4, 3],
    output: [3, 5, 3],
  },
  {
    name: 'ceil, within a border of zeros',
    layer: {
      kind: 'average-pooling',
      kernel: 2,
      stride: 3,
      padding: 1,
      paddingMode: 'constant',
      paddingValue: 0,
      ceil: true,
      countPadding: true,
    },
    input: [3, 5, 2],
    output: [2, 3, 2],
  },
]);

describeLayer('trainable-pooling', [
  {
    name: 'global',
    layer: { kind: 'trainable-pooling', kernel: 'global', down: 'sum' },
    input: [2, 3, 4],
    output: [1, 1, 4],
  },
  { name: '2×2', layer: { kind: 'trainable-pooling', kernel: 2 }, input: [6, 4, 3], output: [3, 2, 3] },
  {
    name: 'sums, rows left over',
    layer: { kind: 'trainable-pooling', kernel: 2, down: 'sum' },
    input: [7, 5, 2],
    output: [3, 2, 2],
    images: 2,
  },
  {
    name: 'overlapping, valid elements',
    layer: { kind: 'trainable-pooling', ...PADDED_BELOW_AND_RIGHT },
    input: [6, 6, 3],
    output: [3, 3, 3],
  },
  {
    name: 'padded, whole window',
    layer: { kind: 'trainable-pooling', kernel: 3, stride: 2, padding: 1, countPadding: true },
    input: [5, 6, 4],
    output: [3, 3, 4],
  },
]);
