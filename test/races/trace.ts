import type { RecordedCall } from '../helpers/kernel-arguments/record-calls.js';

type AnyArray = Float32Array | Uint8Array | Uint16Array | Int32Array;

/** Calls of kernels by some workers, phase by phase, as native/test/trace.h reads them: lines of words, and memory in a file of its own. */
export class Trace {
  readonly #workers: number;
  readonly #regions = new Map<ArrayBufferLike, number>();
  readonly #kernels = new Map<object, number>();
  #bound: string[] = [];
  #calls: string[] = [];

  constructor(workers: number) {
    this.#workers = workers;
  }

  beginPhase(): void {
    this.#calls.push('phase');
  }

  add(worker: number, { method, descriptor, numbers }: RecordedCall): void {
    let kernel = this.#kernels.get(descriptor);
    if (kernel === undefined) {
      kernel = this.#kernels.size;
      this.#kernels.set(descriptor, kernel);
      this.#bound.push(`kernel ${method}`, ...this.#describeFields(descriptor, ''));
    }
    this.#calls.push(['call', worker, kernel, ...numbers].join(' '));
  }

  /** Forgets all calls so far. */
  clear(): void {
    this.#regions.clear();
    this.#kernels.clear();
    this.#bound = [];
    this.#calls = [];
  }

  describe(): string {
    const regions = [...this.#regions.keys()].map((buffer) => `region ${buffer.byteLength}`);
    return `${[`workers ${this.#workers}`, ...regions, ...this.#bound, ...this.#calls].join('\n')}\n`;
  }

  /** The memory that the kernels are bound to, as it is now. */
  readMemory(): Buffer {
    return Buffer.concat([...this.#regions.keys()].map((buffer) => new Uint8Array(buffer)));
  }

  #describeFields(object: object, path: string): string[] {
    return Object.entries(object).flatMap(([name, value]) => {
      const field = path + name;
      if (value === null) return [`null ${field}`];
      if (typeof value === 'number') return [`number ${field} ${value}`];
      if (typeof value === 'boolean') return [`boolean ${field} ${Number(value)}`];
      if (!ArrayBuffer.isView(value)) return this.#describeFields(value, `${field}.`);
      return [`array ${field} ${this.#describeArray(value as AnyArray)}`];
    });
  }

  #describeArray(array: AnyArray): string {
    if (!this.#regions.has(array.buffer)) this.#regions.set(array.buffer, this.#regions.size);
    return `${nameElements(array)} ${this.#regions.get(array.buffer)} ${array.byteOffset} ${array.length}`;
  }
}

function nameElements(array: AnyArray): 'f' | 'b' | 's' | 'i' {
  if (array instanceof Float32Array) return 'f';
  if (array instanceof Uint8Array) return 'b';
  return array instanceof Uint16Array ? 's' : 'i';
}
