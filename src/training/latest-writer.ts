/**
 * Writes one thing at a time beside whatever else goes on. Of those that come while it is at one, only the newest waits: it takes the place of
 * one that waited before.
 */
export class LatestWriter<Item> {
  readonly #write: (item: Item) => Promise<void>;
  readonly #join: (waiting: Item, item: Item) => Item;
  readonly #onFailure: () => void;
  #waiting: Item | null = null;
  #underWay: Promise<void> | null = null;
  #failure: { readonly error: unknown } | null = null;

  /**
   * @param how.join makes one item of one that still waits and the newest
   * @param how.onFailure called once; nothing more is written then
   */
  constructor(how: {
    write(item: Item): Promise<void>;
    join(waiting: Item, newest: Item): Item;
    onFailure(): void;
  }) {
    this.#write = how.write;
    this.#join = how.join;
    this.#onFailure = how.onFailure;
  }

  put(item: Item): void {
    if (this.#failure) return;
    this.#waiting = this.#waiting === null ? item : this.#join(this.#waiting, item);
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
