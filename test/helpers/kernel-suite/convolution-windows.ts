import type { WindowGeometry } from '../../../src/kernels/geometry.js';
import { makeWindow, type WindowOptions } from './windows.js';

/** Channel counts around the sizes of vectors, panels and micro-kernels. */
export const CHANNEL_COUNTS = [
  1, 3, 4, 5, 7, 8, 10, 13, 14, 15, 16, 17, 20, 31, 32, 33, 50, 63, 65, 100, 300, 520,
] as const;

/** Every channel count as input and as output, paired so that small meets large. */
const CHANNEL_WINDOWS: readonly WindowOptions[] = CHANNEL_COUNTS.map((channels, i) => ({
  input: [4, 5, channels],
  kernel: [3, 2],
  padding: [1, 0, 0, 1],
  outputChannels: CHANNEL_COUNTS[(i * 9 + 4) % CHANNEL_COUNTS.length]!,
}));

/** The convolutions of LeNet-like networks. */
const NETWORK_WINDOWS: readonly WindowOptions[] = [
  { input: [28, 28, 1], kernel: [5, 5], outputChannels: 20 },
  { input: [12, 12, 20], kernel: [5, 5], outputChannels: 50 },
  { input: [4, 4, 50], kernel: [4, 4], outputChannels: 500 },
  { input: [1, 1, 500], kernel: [1, 1], outputChannels: 10 },
  { input: [26, 26, 4], kernel: [3, 3], outputChannels: 4 },
  { input: [12, 12, 20], kernel: [3, 3], padding: [1, 1, 1, 1], outputChannels: 50 },
];

/** H·W·cIn around blocks of the summed dimension: 25, 255, 256, 257, 450, 513, 800. */
const DEEP_WINDOWS: readonly WindowOptions[] = [
  { input: [6, 6, 1], kernel: [5, 5], outputChannels: 33 },
  { input: [5, 7, 17], kernel: [3, 5], outputChannels: 14 },
  { input: [6, 5, 16], kernel: [4, 4], outputChannels: 31 },
  { input: [3, 3, 257], kernel: [1, 1], outputChannels: 20 },
  { input: [5, 4, 50], kernel: [3, 3], outputChannels: 16 },
  { input: [4, 4, 57], kernel: [3, 3], outputChannels: 63 },
  { input: [5, 5, 50], kernel: [4, 4], outputChannels: 7 },
];

const STRIDES_AND_PADDINGS: readonly WindowOptions[] = [
  { input: [9, 9, 5], kernel: [3, 3], stride: [2, 2], outputChannels: 8 },
  { input: [9, 8, 5], kernel: [3, 3], stride: [1, 2], padding: [1, 1, 1, 1], outputChannels: 8 },
  { input: [8, 9, 3], kernel: [2, 3], stride: [2, 1], padding: [0, 1, 2, 0], outputChannels: 17 },
  { input: [11, 13, 3], kernel: [5, 4], stride: [3, 2], padding: [2, 1, 0, 3], outputChannels: 4 },
  { input: [10, 10, 4], kernel: [3, 3], stride: [3, 3], outputChannels: 5 },
  // The last rows and columns are in no window.
  { input: [8, 9, 4], kernel: [3, 3], stride: [3, 2], outputChannels: 13 },
  // Strides that skip pixels.
  { input: [7, 8, 15], kernel: [1, 1], stride: [2, 2], outputChannels: 10 },
  { input: [9, 9, 16], kernel: [2, 1], stride: [3, 3], outputChannels: 32 },
  // Even kernels.
  { input: [6, 7, 3], kernel: [2, 2], outputChannels: 7 },
  { input: [6, 6, 8], kernel: [4, 2], padding: [1, 2, 0, 1], outputChannels: 20 },
  // Kernels as large as the input, and larger before padding.
  { input: [6, 7, 5], kernel: [6, 7], outputChannels: 50 },
  { input: [3, 3, 4], kernel: [5, 5], padding: [2, 2, 2, 2], outputChannels: 10 },
  { input: [3, 3, 4], kernel: [3, 3], padding: [1, 0, 0, 1], outputChannels: 10 },
  // Windows that lie in padding altogether.
  { input: [3, 4, 3], kernel: [2, 2], padding: [2, 3, 3, 2], outputChannels: 5 },
  // One row, one column.
  { input: [1, 33, 2], kernel: [1, 5], padding: [0, 0, 2, 2], outputChannels: 15 },
  { input: [33, 1, 2], kernel: [4, 1], stride: [2, 1], outputChannels: 15 },
  // Many output pixels in a row, so that blocks of rows end in the middle of one.
  { input: [40, 37, 2], kernel: [3, 3], padding: [1, 1, 1, 1], outputChannels: 6 },
];

/** Channels in groups: a few, one channel a group, panels and depths that are not full or more than one. */
const GROUPED_WINDOWS: readonly WindowOptions[] = [
  { input: [7, 6, 4], kernel: [3, 3], padding: [1, 1, 1, 1], outputChannels: 6, groups: 2 },
  { input: [9, 8, 15], kernel: [3, 2], stride: [2, 1], padding: [0, 2, 1, 0], outputChannels: 10, groups: 5 },
  { input: [6, 6, 17], kernel: [3, 3], outputChannels: 17, groups: 17 },
  { input: [5, 5, 3], kernel: [5, 5], padding: [2, 2, 2, 2], outputChannels: 12, groups: 3 },
  { input: [5, 4, 96], kernel: [3, 3], padding: [1, 1, 1, 1], outputChannels: 80, groups: 2 },
  { input: [3, 3, 520], kernel: [1, 1], outputChannels: 66, groups: 2 },
  { input: [3, 4, 6], kernel: [3, 4], outputChannels: 8, groups: 2 },
  { input: [3, 4, 6], kernel: [2, 2], padding: [2, 3, 3, 2], outputChannels: 4, groups: 2 },
];

/** Gaps along both axes or one of them, with strides that have a divisor in common with them or none, and in groups. */
const DILATED_WINDOWS: readonly WindowOptions[] = [
  { input: [6, 7, 5], kernel: [3, 3], dilation: [2, 2], padding: [2, 2, 2, 2], outputChannels: 10 },
  {
    input: [11, 9, 3],
    kernel: [3, 2],
    stride: [2, 3],
    dilation: [3, 2],
    padding: [1, 3, 0, 2],
    outputChannels: 7,
  },
  {
    input: [12, 13, 4],
    kernel: [2, 3],
    stride: [4, 2],
    dilation: [2, 4],
    padding: [3, 1, 4, 4],
    outputChannels: 5,
  },
  { input: [7, 8, 2], kernel: [3, 3], dilation: [3, 1], outputChannels: 9 },
  { input: [5, 8, 17], kernel: [3, 3], dilation: [1, 3], outputChannels: 9 },
  { input: [5, 5, 3], kernel: [3, 3], dilation: [2, 2], outputChannels: 10 },
  // Taps that never reach inside.
  { input: [2, 2, 6], kernel: [3, 3], dilation: [4, 4], padding: [4, 4, 4, 4], outputChannels: 6 },
  {
    input: [9, 8, 6],
    kernel: [3, 2],
    stride: [2, 1],
    dilation: [2, 3],
    padding: [2, 0, 1, 2],
    outputChannels: 4,
    groups: 2,
  },
];

/** Those that also images in lanes are convolved with. */
export const DILATED_IN_LANES = DILATED_WINDOWS.map(makeWindow).filter(({ groups }) => groups === 1);

export const CONVOLUTION_WINDOWS: readonly WindowGeometry[] = [
  ...NETWORK_WINDOWS,
  ...CHANNEL_WINDOWS,
  ...DEEP_WINDOWS,
  ...STRIDES_AND_PADDINGS,
  ...GROUPED_WINDOWS,
  ...DILATED_WINDOWS,
].map(makeWindow);
