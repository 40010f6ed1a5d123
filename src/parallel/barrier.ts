import { loadAddon } from '../kernels/native.js';
import { CONTROL } from './control.js';

/** Thrown at a barrier when another worker has failed. */
export class BarrierBroken extends Error {
  override readonly name = 'BarrierBroken';
}

/** A barrier for a run's workers on shared memory: looks for a while whether it has opened, then sleeps. */
export class Barrier {
  readonly #control: Int32Array;
  readonly #workers: number;
  /** Null without the addon: then there is only sleeping. */
  readonly #awaitChange: ((words: Int32Array, index: number, value: number) => void) | null;

  constructor(control: Int32Array, workers: number) {
    this.#control = control;
    this.#workers = workers;
    this.#awaitChange = loadAddon()?.awaitChange ?? null;
  }

  /**
   * Returns when all workers have arrived.
   *
   * @throws BarrierBroken if one of them has failed
   */
  wait(): void {
    if (this.#workers === 1) return;
    const control = this.#control;
    const generation = Atomics.load(control, CONTROL.generation);
    if (Atomics.add(control, CONTROL.arrived, 1) === this.#workers - 1) {
      Atomics.store(control, CONTROL.arrived, 0);
      Atomics.add(control, CONTROL.generation, 1);
      Atomics.notify(control, CONTROL.generation);
    } else {
      this.#awaitChange?.(control, CONTROL.generation, generation);
      while (Atomics.load(control, CONTROL.generation) === generation) {
        Atomics.wait(control, CONTROL.generation, generation);
      }
    }
    if (Atomics.load(control, CONTROL.failed) !== 0) throw new BarrierBroken('another worker has failed');
  }
}

/** Opens the barrier for good, so that nobody waits for a worker that has failed. */
export function breakBarrier(control: Int32Array): void {
  Atomics.store(control, CONTROL.failed, 1);
  Atomics.add(control, CONTROL.generation, 1);
  Atomics.notify(control, CONTROL.generation);
}
