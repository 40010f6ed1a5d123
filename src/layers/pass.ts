/** The mini-batch at hand; its fields change from step to step. */
export interface Batch {
  /** Images. */
  size: number;
  /** From 0. */
  epoch: number;
  /** Steps since the start of training, from 0. */
  step: number;
  /** Slices of a mini-batch, fixed for a run. */
  readonly slices: number;
  /** Bands of rows that a bundle of images in lanes is cut into, fixed for a run. */
  readonly bands: number;
  /** Index of each image in the data set. */
  readonly sampleIds: Int32Array;
  /** The mini-batch that this one is a shard of (see network/shards.ts). Absent: it is whole. */
  readonly whole?: Batch;
}

/** Images [first, first + count) of the mini-batch. */
export interface Slice {
  readonly index: number;
  readonly first: number;
  readonly count: number;
}

/** A band of rows of a bundle of images in lanes: of a tensor h high, rows floor(band·h / bands) to floor((band + 1)·h / bands). */
export interface Unit {
  readonly index: number;
  readonly bundle: number;
  /** Of the bundle; 1 to 16. */
  readonly images: number;
  readonly band: number;
  readonly bands: number;
}

/**
 * A piece of a layer's work on the mini-batch. Workers share its tasks out, in any order; which worker does which cannot show in the results, and it
 * need not be the one that has done the same task of another pass.
 */
export type Pass = SlicePass | UnitPass | BlockPass;

/** What is told of a pass: to profiles, and to what runs it. */
export interface PassLabel {
  /** What it computes. Absent: `prepare`, `forward` or `input gradient`, by the list that the pass stands in. */
  readonly name?: string;
  /** How many of the layer's products it computes, of `multiplyAddsPerImage` each. Absent: none. */
  readonly products?: number;
  /**
   * True if it does more than run kernels with numbers that depend on the task and the size of the mini-batch alone: computes in JavaScript, asks for
   * the step or the epoch, looks at what kernels give. Else its calls may be noted once and run again (see network/task-list.ts).
   */
  readonly varies?: boolean;
}

/** As many equal pieces as a mini-batch has shards, one after another. */
export type GatheredPieces = Float32Array | Float64Array;

interface PassOrder extends PassLabel {
  /** True if it reads what earlier passes made for other tasks. */
  readonly waits: boolean;
  /** True if it writes what belongs to other tasks, so that the next pass waits. */
  readonly strays?: boolean;
  /**
   * True if no pass of the list depends on it, such as a kernel's gradient, which only the update reads: those behind it need not wait for it.
   * If it waits itself, it is put off until the next barrier that others need; so nothing may write what it reads.
   */
  readonly aside?: boolean;
  /**
   * Memory that it fills its shard's pieces of, to be joined over the shards: behind the next barrier the pieces of all of them are there.
   */
  readonly gathers?: readonly GatheredPieces[];
  /** Called by every worker that does tasks of the phase, before the first of them; for what each keeps for itself, in that phase alone. */
  begin?(): void;
  /** Whose pass it is; the network fills that in. Absent for what belongs to no layer. */
  readonly layer?: { readonly name: string; readonly multiplyAddsPerImage: number };
}

/** One task a slice. Such passes run one after another on each slice, while it is in the cache, unless one waits. */
export interface SlicePass extends PassOrder {
  readonly over: 'slices';
  run(slice: Slice): void;
}

/** One task a unit, likewise. */
export interface UnitPass extends PassOrder {
  readonly over: 'units';
  run(unit: Unit): void;
}

/** Tasks of the layer's own cut, over the whole mini-batch: [first, first + count) of `blocks`. */
export interface BlockPass extends PassOrder {
  readonly over: 'blocks';
  readonly blocks: number;
  /** Whether neighbouring blocks have work in common, which is done once if they are run together. Absent: false. */
  readonly sharesWork?: boolean;
  run(first: number, count: number): void;
}

/**
 * A pass that does nothing from an epoch on; none at all if that is the first.
 *
 * @param epochs that it is needed for
 */
export function passUntil<P extends Pass>(epochs: number, batch: Batch, pass: P): P[] {
  if (epochs === 0) return [];
  if (epochs === Number.POSITIVE_INFINITY) return [pass];
  const run = pass.run as (...task: unknown[]) => void;
  const runWhileNeeded = (...task: unknown[]) => {
    if (batch.epoch < epochs) run(...task);
  };
  return [{ ...pass, varies: true, run: runWhileNeeded }];
}

/** A pass over slices that needs only its own slice. */
export function overSlices(run: (slice: Slice) => void, label: PassLabel = {}): SlicePass {
  return { over: 'slices', waits: false, ...label, run };
}
