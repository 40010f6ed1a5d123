/** Memory of a thread's own, as precise as the network's: a check computes one in float64. */
export function allocateLike(values: Float32Array, length: number): Float32Array {
  return new (values.constructor as Float32ArrayConstructor)(length);
}
