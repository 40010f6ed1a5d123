import type { NumberArray } from '../kernel-suite/kernel-case.js';
import { type Mutation, mutateNumber } from './mutations.js';
import { lookAt, type MemoryKind, PlacedArray } from './placed-arrays.js';
import type { Seed, SeedArray } from './seeds.js';

/** What a getter throws that is to throw. */
export class Planted extends Error {}

/** Greater sizes may be right, but are not worth the time; coefficients as great drown what a sum's tolerance is for. */
const MOST_COMPARED = 65_536;

interface CallArray extends SeedArray {
  placed: PlacedArray;
  /** What the descriptor has; null once that is something else. */
  view: NumberArray | null;
}

/** A seed's call in memory of its own, and what becomes of it by mutations. */
export class HostileCall {
  readonly method: string;
  readonly numbers: unknown[];
  readonly arrays: CallArray[];
  /** Whether the reference must come to the same, if the call is a right one. */
  isComparable = true;
  #descriptor: Record<string, unknown>;
  /** As what the descriptor is given. */
  #disguise: (descriptor: Record<string, unknown>) => unknown = (descriptor) => descriptor;
  readonly #whenRead: [field: string, act: () => void][] = [];
  readonly #between: (() => void)[] = [];
  /** The reference's arrays lie apart, whatever overlaps. */
  readonly #isReference: boolean;

  constructor(seed: Seed, kinds: readonly MemoryKind[], mutations: readonly Mutation[], isReference = false) {
    this.#isReference = isReference;
    this.method = seed.method;
    this.numbers = [...seed.numbers];
    this.arrays = seed.arrays.map((array, i) => {
      const values = isReference ? array.referenceValues : array.values;
      const placed = new PlacedArray(values, isReference ? 'shared' : kinds[i % kinds.length]!);
      return { ...array, placed, view: placed.array };
    });
    this.#descriptor = structuredClone(seed.rest);
    for (const { field, view } of this.arrays) this.#descriptor[field] = view;
    for (const mutation of mutations) this.#apply(mutation);
  }

  /** What to bind with. Reading it may do what is to happen then. */
  makeDescriptor(): unknown {
    const descriptor = { ...this.#descriptor };
    for (const [field, act] of this.#whenRead) {
      const value = descriptor[field];
      Object.defineProperty(descriptor, field, {
        enumerable: true,
        configurable: true,
        get() {
          act();
          return value;
        },
      });
    }
    return this.#disguise(descriptor);
  }

  /** Does what is to happen between bind and run. */
  passBetween(): void {
    for (const act of this.#between) act();
  }

  /** The ranges of each array's buffer that the call may write, in bytes. */
  listWritten(): Map<PlacedArray, [number, number][]> {
    const written = new Map(this.arrays.map(({ placed }) => [placed, [] as [number, number][]]));
    for (const { view, role } of this.arrays) {
      if (role === 'input' || view === null) continue;
      const home = this.arrays.find(({ placed }) => placed.array.buffer === view.buffer)!.placed;
      written.get(home)!.push([view.byteOffset, view.byteOffset + view.byteLength]);
    }
    return written;
  }

  #apply(mutation: Mutation): void {
    const array = 'place' in mutation ? this.arrays[mutation.place % this.arrays.length]! : null;
    const hasPrivate = this.arrays.some(({ isPrivate }) => isPrivate);
    switch (mutation.kind) {
      case 'field': {
        const fields = listNumbers(this.#descriptor);
        if (fields.length === 0) return;
        const { object, name } = fields[mutation.place % fields.length]!;
        this.#replaceNumber(object, name, mutateNumber(object[name], mutation.number));
        // A packed matrix is another one for other sizes.
        if (hasPrivate) this.isComparable = false;
        return;
      }
      case 'number': {
        if (this.numbers.length === 0) return;
        const index = mutation.place % this.numbers.length;
        this.#replaceNumber(this.numbers as never, index, mutateNumber(this.numbers[index], mutation.number));
        return;
      }
      case 'swap numbers': {
        if (this.numbers.length === 0) return;
        const [a, b] = [mutation.place % this.numbers.length, mutation.other % this.numbers.length];
        [this.numbers[a], this.numbers[b]] = [this.numbers[b], this.numbers[a]];
        return;
      }
      case 'wrong field': {
        const names = Object.keys(this.#descriptor);
        this.#replaceField(names[mutation.place % names.length]!, mutation.value());
        return;
      }
      case 'wrong number':
        this.isComparable = false;
        if (this.numbers.length > 0) this.numbers[mutation.place % this.numbers.length] = mutation.value();
        return;
      case 'wrong array':
        this.#replaceField(array!.field, mutation.value());
        return;
      case 'shorter':
      case 'later':
      case 'longer': {
        if (array!.view === null) return;
        const later = mutation.kind === 'later' ? mutation.elements : 0;
        const less = mutation.kind === 'longer' ? -mutation.elements : mutation.elements;
        this.#look(array!, lookAt(array!.view, later, array!.view.length - less));
        // Behind an array that it was put on lies other memory than the reference's.
        if (hasPrivate || array!.view.buffer !== array!.placed.array.buffer) this.isComparable = false;
        return;
      }
      case 'overlap':
        this.#overlap(array!, this.arrays[mutation.other % this.arrays.length]!, mutation.elements);
        return;
      case 'content':
        this.#write(array!, mutation.element, mutation.value);
        return;
      case 'transfer':
      case 'shrink':
      case 'grow': {
        if (this.#isReference) return;
        const act = () => array!.placed[mutation.kind]();
        // An array that follows its buffer is a longer one then.
        if (mutation.kind !== 'grow' || mutation.when !== 'between') this.isComparable = false;
        if (mutation.when === 'before') act();
        else if (mutation.when === 'between') this.#between.push(act);
        else {
          const names = Object.keys(this.#descriptor);
          this.#whenRead.push([names[mutation.field % names.length]!, act]);
        }
        return;
      }
      case 'descriptor':
        this.#disguiseAs(mutation.as, mutation.place);
        return;
    }
  }

  #replaceNumber(object: Record<string | number, unknown>, name: string | number, value: number): void {
    const isWhole = Number.isInteger(object[name]) && Number.isInteger(value);
    if (!isWhole || Math.abs(value) > MOST_COMPARED) this.isComparable = false;
    object[name] = value;
  }

  #replaceField(name: string, value: unknown): void {
    this.isComparable = false;
    this.#descriptor[name] = value;
    const array = this.arrays.find(({ field }) => field === name);
    if (array) array.view = null;
  }

  #look(array: CallArray, view: NumberArray): void {
    if (array.view === null) return;
    array.view = view;
    this.#descriptor[array.field] = view;
  }

  #overlap(array: CallArray, other: CallArray, elements: number): void {
    if (array === other || !array.view?.length || !other.view?.length) return;
    if (array.isPrivate || other.isPrivate) this.isComparable = false;
    if (other.view.byteOffset % array.view.BYTES_PER_ELEMENT !== 0) return;
    const room = Math.floor(other.view.byteLength / array.view.BYTES_PER_ELEMENT) - elements;
    const { buffer, byteOffset } = other.view;
    const start = new (array.view.constructor as typeof Float32Array)(buffer as ArrayBuffer, byteOffset, 0);
    const view = lookAt(start, elements, Math.min(array.view.length, room));
    if (!this.#isReference) {
      this.#look(array, view);
      return;
    }
    // What lies there, elsewhere.
    const apart = lookAt(array.placed.array, 0, view.length);
    apart.set(view.subarray(0, apart.length));
    array.placed.remember();
    this.#look(array, apart);
  }

  #write({ view, placed }: CallArray, element: number, value: number): void {
    if (view === null || view.length === 0) return;
    if (!Number.isInteger(value) || view instanceof Float32Array) this.isComparable = false;
    view[element % view.length] = value;
    const home = this.arrays.find((array) => array.placed.array.buffer === view.buffer)?.placed ?? placed;
    home.remember();
  }

  #disguiseAs(as: (Mutation & { kind: 'descriptor' })['as'], place: number): void {
    const names = Object.keys(this.#descriptor);
    const name = names[place % names.length]!;
    switch (as) {
      case 'undefined':
        this.#disguise = () => undefined;
        return;
      case 'null':
        this.#disguise = () => null;
        return;
      case 'a function':
        this.#disguise = (descriptor) => Object.assign(() => {}, descriptor);
        return;
      case 'a number':
        this.#disguise = () => place;
        return;
      case 'a proxy':
        this.#disguise = (descriptor) => new Proxy(descriptor, {});
        return;
      case 'frozen':
        this.#disguise = Object.freeze;
        return;
      case 'without a prototype':
        this.#disguise = (descriptor) => Object.setPrototypeOf(descriptor, null);
        return;
      case 'inherited':
        this.#disguise = (descriptor) => Object.create(descriptor);
        return;
      case 'throwing':
        this.#whenRead.push([
          name,
          () => {
            throw new Planted(name);
          },
        ]);
        return;
      case 'changed when bound':
        this.#disguise = (descriptor) => {
          this.#between.push(() => {
            for (const field of Object.keys(descriptor)) Reflect.deleteProperty(descriptor, field);
          });
          return descriptor;
        };
        return;
    }
  }
}

/** The numbers of a descriptor, those of its window and its key among them. */
function listNumbers(object: Record<string, unknown>): { object: Record<string, unknown>; name: string }[] {
  return Object.entries(object).flatMap(([name, value]) => {
    if (typeof value === 'number') return [{ object, name }];
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [];
    return listNumbers(value as Record<string, unknown>);
  });
}
