/** Whether all numbers are finite. */
export function areFinite(values: Float32Array): boolean {
  // What is not finite makes NaN of the sum, and no branch is taken on the way.
  let witness = 0;
  for (let i = 0; i < values.length; i++) witness += 0 * values[i]!;
  return witness === 0;
}
