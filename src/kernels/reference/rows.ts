/** For each channel, the sum over some rows of `term(offset of the element, channel)`. */
export function sumChannels(
  channels: number,
  rows: { first: number; count: number },
  term: (offset: number, channel: number) => number,
): Float64Array {
  const sums = new Float64Array(channels);
  for (let row = rows.first; row < rows.first + rows.count; row++) {
    for (let c = 0; c < channels; c++) sums[c]! += term(row * channels + c, c);
  }
  return sums;
}
