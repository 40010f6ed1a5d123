/**
 * What an answer has given, kept up to date by changes. Changes that come while an answer is under way are applied to what is there, and again to what
 * that answer gives, which may be of a time before them; so a change says how something is, not by how much it has changed.
 */
export class Followed<Model, Change> {
  #model: Model | null = null;
  #asked = 0;
  /** Since the latest question; null if it is answered. */
  #held: Change[] | null = null;

  /** @param apply says whether the model could take in the change */
  constructor(private readonly apply: (model: Model, change: Change) => boolean) {}

  /** Null until there is an answer. The same object is brought up to date. */
  get model(): Model | null {
    return this.#model;
  }

  get isAsking(): boolean {
    return this.#held !== null;
  }

  /**
   * Begins a question. What has come before is part of its answer, and answers to earlier questions count no more.
   *
   * @returns its number
   */
  ask(): number {
    this.#held = [];
    return ++this.#asked;
  }

  /** Whether a question is the latest one. */
  isLatest(asked: number): boolean {
    return asked === this.#asked;
  }

  /**
   * Takes an answer to the latest question.
   *
   * @returns whether it could take in all that has come since
   */
  answer(model: Model): boolean {
    const held = this.#held ?? [];
    this.#held = null;
    this.#model = model;
    return held.map((change) => this.apply(model, change)).every(Boolean);
  }

  /** There is no answer to the latest question. */
  fail(): void {
    this.#held = null;
  }

  /** Forgets what is there. */
  clear(): void {
    this.#model = null;
  }

  /** @returns whether what is there could take it in; false without anything */
  change(change: Change): boolean {
    this.#held?.push(change);
    return this.#model !== null && this.apply(this.#model, change);
  }
}
