import { describeLayer } from '../helpers/layer-suite.js';

const convolution = (options: Record<string, unknown>) => ({
  kind: 'convolution',
  kernel: 3,
  filters: 4,
  ...options,
});

describeLayer('convolution', [
  { name: '3×3', layer: convolution({}), input: [6, 7, 3], output: [4, 5, 4] },
  { name: '1×1', layer: convolution({ kernel: 1 }), input: [4, 3, 5], output: [4, 3, 4] },
  {
    name: 'even kernel, same',
    layer: convolution({ kernel: [2, 4], padding: 'same' }),
    input: [5, 6, 2],
    output: [5, 6, 4],
  },
  {
    name: 'strides and padding',
    layer: convolution({ kernel: [3, 2], stride: [2, 3], padding: [1, 0, 2, 1] }),
    input: [7, 8, 2],
    output: [3, 4, 4],
  },
  {
    name: 'without bias',
    layer: convolution({ bias: false, filters: 17 }),
    input: [5, 5, 1],
    output: [3, 3, 17],
  },
  {
    name: 'covering',
    layer: convolution({ kernel: [3, 4], filters: 33 }),
    input: [3, 4, 5],
    output: [1, 1, 33],
    images: 7,
  },
  {
    name: 'cut by outputs',
    layer: convolution({ kernel: 4, filters: 70 }),
    input: [4, 4, 16],
    output: [1, 1, 70],
    images: 4,
  },
  {
    name: 'in groups',
    layer: convolution({ kernel: [3, 2], padding: 1, stride: [1, 2], filters: 6, groups: 3 }),
    input: [5, 6, 9],
    output: [5, 4, 6],
  },
  {
    name: 'in groups, cut by rows',
    layer: convolution({ filters: 128, groups: 2 }),
    input: [3, 3, 128],
    output: [1, 1, 128],
    images: 3,
    lanes: false,
  },
  {
    name: 'depthwise',
    layer: convolution({ padding: 1, filters: 6, groups: 6 }),
    input: [9, 11, 6],
    output: [9, 11, 6],
  },
  {
    name: 'depthwise, strides and an even kernel',
    layer: convolution({ kernel: [4, 2], padding: [1, 2, 0, 1], stride: [2, 3], filters: 17, groups: 17 }),
    input: [7, 8, 17],
    output: [4, 3, 17],
    images: 1,
  },
  {
    name: 'depthwise, covering',
    layer: convolution({ kernel: [3, 2], filters: 5, groups: 5, bias: false }),
    input: [3, 2, 5],
    output: [1, 1, 5],
  },
  {
    name: 'dilated',
    layer: convolution({ dilation: [2, 3], padding: [2, 1, 3, 0], filters: 3 }),
    input: [5, 6, 2],
    output: [4, 3, 3],
  },
  {
    name: 'dilated along one axis, with a stride',
    layer: convolution({ kernel: [1, 3], dilation: 2, stride: 2, filters: 3 }),
    input: [5, 9, 6],
    output: [3, 3, 3],
  },
  {
    name: 'dilated, covering',
    layer: convolution({ dilation: 2 }),
    input: [5, 5, 3],
    output: [1, 1, 4],
  },
  {
    name: 'dilated, in groups',
    layer: convolution({ dilation: 2, padding: 'same', groups: 2 }),
    input: [5, 6, 4],
    output: [5, 6, 4],
  },
  {
    name: 'reflected padding',
    layer: convolution({ padding: [1, 2, 0, 2], paddingMode: 'reflect', filters: 3 }),
    input: [4, 5, 2],
    output: [5, 5, 3],
  },
  {
    name: 'replicated padding, wider than the input',
    layer: convolution({ kernel: 2, stride: [2, 1], padding: 2, paddingMode: 'replicate', groups: 2 }),
    input: [2, 1, 4],
    output: [3, 4, 4],
  },
  {
    name: 'constant padding, covering',
    layer: convolution({ padding: 1, paddingMode: 'constant', paddingValue: -0.5 }),
    input: [1, 1, 3],
    output: [1, 1, 4],
  },
  {
    name: 'reflected padding, by minimal filtering',
    layer: convolution({ filters: 34, padding: 1, paddingMode: 'reflect' }),
    input: [7, 6, 33],
    output: [7, 6, 34],
    reference: false,
  },
  {
    name: 'with a connection table',
    layer: convolution({ connections: [[0], [1, 2], [0, 2], [2, 1, 0]] }),
    input: [5, 6, 3],
    output: [3, 4, 4],
  },
  {
    // In lanes with so many positions each part has its own gradient.
    name: 'with a connection table, large maps',
    layer: convolution({ filters: 2, connections: [[0], [1]] }),
    input: [13, 12, 2],
    output: [11, 10, 2],
  },
  {
    name: 'cut by rows',
    layer: convolution({ kernel: 3, filters: 80 }),
    input: [4, 4, 92],
    output: [2, 2, 80],
    images: 3,
    lanes: false,
  },
  {
    name: 'by minimal filtering',
    layer: convolution({ filters: 46, padding: 1 }),
    input: [7, 6, 40],
    output: [7, 6, 46],
    reference: false,
  },
]);

describeLayer('fully-connected', [
  { name: 'small', layer: { kind: 'fully-connected', units: 6 }, input: [2, 3, 4], output: [1, 1, 6] },
  {
    name: 'without bias',
    layer: { kind: 'fully-connected', units: 11, bias: false },
    input: [1, 1, 9],
    output: [1, 1, 11],
  },
]);

describeLayer('locally-connected', [
  {
    name: '3×3',
    layer: { kind: 'locally-connected', kernel: 3, filters: 4 },
    input: [5, 4, 3],
    output: [3, 2, 4],
  },
  {
    name: 'strides and padding, without bias',
    layer: {
      kind: 'locally-connected',
      kernel: [3, 2],
      filters: 3,
      stride: [2, 1],
      padding: [1, 0, 0, 1],
      bias: false,
    },
    input: [6, 5, 2],
    output: [3, 5, 3],
    images: 2,
  },
]);

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

describeLayer('batch-normalization', [
  { name: 'maps', layer: { kind: 'batch-normalization' }, input: [3, 4, 3], output: [3, 4, 3] },
  {
    name: 'vectors',
    layer: { kind: 'batch-normalization', epsilon: 1e-2 },
    input: [1, 1, 40],
    output: [1, 1, 40],
    images: 8,
  },
  {
    name: 'without scale',
    layer: { kind: 'batch-normalization', scale: false },
    input: [3, 4, 3],
    output: [3, 4, 3],
  },
  {
    name: 'without scale and shift',
    layer: { kind: 'batch-normalization', scale: false, shift: false },
    input: [3, 2, 17],
    output: [3, 2, 17],
  },
  {
    name: 'fewer images than slices',
    layer: { kind: 'batch-normalization' },
    input: [4, 4, 2],
    output: [4, 4, 2],
    images: 2,
  },
]);

describeLayer('group-normalization', [
  // Nine rows are several bands of a bundle.
  {
    name: 'groups',
    layer: { kind: 'group-normalization', groups: 2 },
    input: [9, 3, 4],
    output: [9, 3, 4],
  },
  {
    name: 'one group, without scale',
    layer: { kind: 'group-normalization', groups: 1, scale: false },
    input: [3, 2, 5],
    output: [3, 2, 5],
  },
  {
    name: 'a group for each channel, without shift',
    layer: { kind: 'group-normalization', groups: 3, shift: false, epsilon: 1e-2 },
    input: [5, 4, 3],
    output: [5, 4, 3],
  },
  {
    name: 'vectors',
    layer: { kind: 'group-normalization', groups: 5 },
    input: [1, 1, 40],
    output: [1, 1, 40],
    images: 2,
  },
]);

describeLayer('layer-normalization', [
  {
    name: 'over the image',
    layer: { kind: 'layer-normalization' },
    input: [9, 3, 2],
    output: [9, 3, 2],
  },
  {
    name: 'over the channels',
    layer: { kind: 'layer-normalization', over: 'channels', epsilon: 1e-2 },
    input: [2, 2, 37],
    output: [2, 2, 37],
  },
  {
    name: 'over the channels, without shift',
    layer: { kind: 'layer-normalization', over: 'channels', shift: false },
    input: [3, 2, 8],
    output: [3, 2, 8],
  },
  {
    name: 'vectors, without scale and shift',
    layer: { kind: 'layer-normalization', scale: false, shift: false },
    input: [1, 1, 33],
    output: [1, 1, 33],
    images: 2,
  },
]);

describeLayer('local-response-normalization', [
  {
    name: 'five neighbours',
    layer: { kind: 'local-response-normalization', alpha: 2 },
    input: [5, 4, 9],
    output: [5, 4, 9],
  },
  {
    name: 'an even number, any power',
    layer: { kind: 'local-response-normalization', size: 4, alpha: 1, beta: 1.3, k: 2 },
    input: [3, 3, 17],
    output: [3, 3, 17],
    images: 1,
  },
  {
    name: 'more than there are channels',
    layer: { kind: 'local-response-normalization', size: 9, alpha: 3, beta: 0.5 },
    input: [2, 4, 3],
    output: [2, 4, 3],
  },
]);

describeLayer('channel-padding', [
  {
    name: 'both sides',
    layer: { kind: 'channel-padding', before: 2, after: 3 },
    input: [4, 3, 5],
    output: [4, 3, 10],
  },
  { name: 'none', layer: { kind: 'channel-padding' }, input: [2, 2, 3], output: [2, 2, 3] },
]);

describeLayer('multiply', [
  { name: 'maps', layer: { kind: 'multiply', factor: -0.4 }, input: [3, 3, 5], output: [3, 3, 5] },
  { name: 'vectors', layer: { kind: 'multiply', factor: 1 / 9 }, input: [1, 1, 10], output: [1, 1, 10] },
]);

describeLayer('softmax', [
  { name: 'maps', layer: { kind: 'softmax' }, input: [3, 4, 5], output: [3, 4, 5] },
  { name: 'vectors', layer: { kind: 'softmax' }, input: [1, 1, 37], output: [1, 1, 37], images: 7 },
  { name: 'one channel', layer: { kind: 'softmax' }, input: [2, 3, 1], output: [2, 3, 1], images: 2 },
]);

describeLayer('dropout', [
  { name: 'half', layer: { kind: 'dropout', rate: 0.5 }, input: [3, 3, 3], output: [3, 3, 3] },
  { name: 'a tenth', layer: { kind: 'dropout', rate: 0.1 }, input: [1, 1, 33], output: [1, 1, 33] },
]);

describeLayer('stochastic-depth', [
  { name: 'maps', layer: { kind: 'stochastic-depth', rate: 0.5 }, input: [5, 3, 3], output: [5, 3, 3] },
  { name: 'vectors', layer: { kind: 'stochastic-depth', rate: 0.1 }, input: [1, 1, 33], output: [1, 1, 33] },
]);
