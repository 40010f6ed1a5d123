/** What has been computed of an object and a text beside it, so that it is not computed again; all is forgotten once there is too much. */
export class Memory<Value> {
  readonly #values = new Map<object, Map<string, Value>>();
  #count = 0;

  /** @param most values that are kept */
  constructor(private readonly most: number) {}

  /** The value that `make` has given for these two, or gives now. */
  recall(object: object, text: string, make: () => Value): Value {
    const known = this.#values.get(object)?.get(text);
    if (known !== undefined) return known;
    const value = make();
    if (this.#count === this.most) {
      this.#values.clear();
      this.#count = 0;
    }
    const values = this.#values.get(object) ?? new Map<string, Value>();
    this.#values.set(object, values.set(text, value));
    this.#count++;
    return value;
  }
}
