import { describeLayer } from '../../helpers/layer-suite.js';

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
