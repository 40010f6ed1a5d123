/** Whether all numbers are finite. */
export function areFinite(values: Float32Array): boolean {
  // What is not finite makes NaN of a sum, and no branch is taken on the way; four sums need not wait for each other.
  let [a, b, c, d] = [0, 0, 0, 0];
  const end = values.length - (values.length % 4);
  for (let i = 0; i < end; i += 4) {
    a += 0 * values[i]!;
    b += 0 * values[i + 1]!;
    c += 0 * values[i + 2]!;
    d += 0 * values[i + 3]!;
  }
  for (let i = end; i < values.length; i++) a += 0 * values[i]!;
  return a + b + c + d === 0;
}
