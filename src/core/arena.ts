/** Slots begin at multiples of so many floats: a cache line, and the widest vector. */
export const FLOATS_PER_LINE = 16;

/** Books slots one after another in a memory that does not exist yet. */
export class ArenaLayout {
  #floats = 0;

  /** Books a slot and returns its offset in floats. */
  book(floats: number): number {
    const offset = this.#floats;
    this.#floats += Math.ceil(floats / FLOATS_PER_LINE) * FLOATS_PER_LINE;
    return offset;
  }

  get floats(): number {
    return this.#floats;
  }
}
