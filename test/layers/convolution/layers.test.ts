import { describeLayer } from '../../helpers/layer-suite.js';

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
