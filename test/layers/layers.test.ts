import { describeLayer } from '../helpers/layer-suite.js';

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
