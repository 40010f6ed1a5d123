/** One thread's memory for what need not outlive a kernel call. Layers book while they are bound; it is allocated after that. */
export class Scratch {
  #floats = new Float32Array(0);
  #booked = 0;

  book(floats: number): void {
    this.#booked = Math.max(this.#booked, floats);
  }

  allocate(): void {
    this.#floats = new Float32Array(this.#booked);
  }

  get floats(): Float32Array {
    return this.#floats;
  }
}

/** Memory of a thread's own, as precise as the network's: a check computes one in float64. */
export function allocateLike(values: Float32Array, length: number): Float32Array {
  return new (values.constructor as Float32ArrayConstructor)(length);
}
