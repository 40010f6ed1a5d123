import { randomUUID } from 'node:crypto';
import type { Change } from './changes.js';

/** A change, and the version that a page has once it knows it. */
export interface LoggedChange extends Change {
  readonly version: string;
}

/** Who has missed more reads all again, which is quicker. */
const MAX_CHANGES = 10_000;

/** The latest changes of one file, numbered, so that a page that was cut off goes on where it was. */
export class ChangeLog {
  /** Tells the numbers of one log from those of another. */
  readonly #name = randomUUID().slice(0, 8);
  #count = 0;
  #changes: LoggedChange[] = [];

  /** What a page has that knows all. */
  get version(): string {
    return this.#nameVersion(this.#count);
  }

  /** @returns the same changes with their versions */
  add(changes: readonly Change[]): readonly LoggedChange[] {
    const logged = changes.map((change) => ({ ...change, version: this.#nameVersion(++this.#count) }));
    this.#changes = [...this.#changes, ...logged].slice(-MAX_CHANGES);
    return logged;
  }

  /** @returns what has come after a version; null if that is of another log, or too long ago */
  since(version: string): readonly LoggedChange[] | null {
    const [name, number = ''] = version.split('.');
    const missed = this.#count - Number(number);
    if (name !== this.#name || !/^\d+$/.test(number) || missed < 0 || missed > this.#changes.length)
      return null;
    return missed === 0 ? [] : this.#changes.slice(-missed);
  }

  #nameVersion(count: number): string {
    return `${this.#name}.${count}`;
  }
}
