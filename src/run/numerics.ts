/**
 * The version of the arithmetic: two runs of one spec and data have equal weights, to the bit, if they were made under one version. It goes
 * up by one whenever the bits of any result change, whatever the reason: another order of a sum, another algorithm for a layer, other random
 * numbers. It is recorded with every run and is no part of a run's identity, so that recorded runs are found under any version.
 *
 * - 0: recorded before versions were counted. Such runs may have today's bits or others.
 * - 1: the first that is counted.
 * - 2: depthwise convolutions sum over taps, in lanes too; before they were products of matrices, one for each channel.
 * - 3: a composite that begins another one, or whose input others read too, sums the gradients of all that read it at once, as if it were written out;
 *   RandAugment's solarize inverts the level that is its threshold at the magnitudes 8, 10, 20 and 22 too.
 * - 4: dX of convolutions with less padding than keeps the size is summed over tiles of dY where these are many fewer; before it was by tiles of dX, or over taps.
 */
export const NUMERICS = 4;
