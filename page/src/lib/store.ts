import { useEffect, useReducer } from 'preact/hooks';

/** A value that components show, and that changes outside of them. */
export class Store<T> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get(): T {
    return this.#value;
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener();
  }

  /** @returns what ends it */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** A store's value; the component is drawn again whenever it changes. */
export function useStore<T>(store: Store<T>): T {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const drawn = store.get();
    const end = store.subscribe(() => redraw(undefined));
    // It may have changed between the drawing and now.
    if (!Object.is(drawn, store.get())) redraw(undefined);
    return end;
  }, [store]);
  return store.get();
}
