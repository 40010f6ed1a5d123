// Trains a small network on data of its own and prints its kernels and its bits.
import { fromArrays, train } from 'convoy-cnn';
import { chooseKernelName } from 'convoy-cnn/kernels';
import { conv2 } from 'convoy-cnn/mathematics';

const count = 64;
const images = Uint8Array.from({ length: count * 12 * 12 }, (_, i) => (i * i + 7 * i) % 251);
const labels = Uint8Array.from({ length: count }, (_, i) => i % 3);
const dataset = fromArrays({
  shape: [12, 12, 1],
  images,
  labels,
  testImages: images,
  testLabels: labels,
  classNames: ['a', 'b', 'c'],
});
const network = {
  input: [12, 12, 1],
  layers: [
    { kind: 'convolution', kernel: 3, filters: 8 },
    { kind: 'relu' },
    { kind: 'max-pooling', kernel: 2 },
    { kind: 'fully-connected', units: 3 },
  ],
};
const { weightsSha256 } = await train({ network, epochs: 2, batchSize: 16 }, { dataset, workers: 2 });
if (
  conv2(
    [
      [1, 2],
      [3, 4],
    ],
    [[1, 1]],
    'full',
  )[1][1] !== 7
)
  throw new Error('conv2 is wrong');
console.log(chooseKernelName(), weightsSha256);
