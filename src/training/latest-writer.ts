/** Writes one thing at a time beside whatever else goes on. While it is at one, another may wait. */
export class LatestWriter<Item> {
  readonly #write: (item: Item) => Promise<void>;
  readonly #onFailure: () => void;
  #waiting: Item | null = null;
  #underWay: Promise<void> | null = null;
  #failure: { readonly error: unknown } | null = null;

  /** @param onFailure called once; nothing more is written then */
  constructor(write: (item: Item) => Promise<void>, onFailure: () => void) {
    this.#write = write;
    this.#onFailure = onFailure;
  }

  /** Takes back what waits, to put something newer in its place; null if nothing does. */
  withdraw(): Item | null {
    const waiting = this.#waiting;
    this.#waiting = null;
    return waiting;
  }

  /** Has something written once what is under way is. Takes the place of what waits. */
  put(item: Item): void {
    if (this.#failure) return;
    this.#waiting = item;
    this.#underWay ??= this.#writeAll();
  }

  /** Throws what went wrong, if anything did. */
  check(): void {
    if (this.#failure) throw this.#failure.error;
  }

  /** Waits until everything is written, or writing has failed. */
  async settle(): Promise<void> {
    while (this.#underWay) await this.#underWay;
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#waiting !== null) {
        const item = this.#waiting;
        this.#waiting = null;
        await this.#write(item);
      }
    } catch (error) {
      this.#failure = { error };
      this.#onFailure();
    } finally {
      this.#underWay = null;
    }
  }
}
