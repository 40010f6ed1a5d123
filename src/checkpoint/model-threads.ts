import { setMaxListeners } from 'node:events';
import { setImmediate } from 'node:timers';
import { UserError } from '../core/errors.js';
import { sizeOf } from '../core/shape.js';
import { explainThread } from '../parallel/run-threads.js';
import { findModule, Threads } from '../parallel/threads.js';
import type { LayerValues } from './predictor.js';
import { BATCH_IMAGES, type SharedModel } from './shared-model.js';

/** Of images that a thread gets at once: handing them over costs as much as a small network's mini-batch of them. */
const MAX_TASK_IMAGES = 4 * BATCH_IMAGES;

/** What a thread does at once. */
export interface PredictTask {
  readonly model: SharedModel;
  /** n×h×w×c, 0..255 */
  readonly pixels: Uint8Array;
  /** Whose values are asked for; null for the network's outputs. */
  readonly layer: string | null;
}

interface Waiting {
  readonly pixels: Uint8Array;
  readonly resolve: (values: LayerValues) => void;
  readonly reject: (error: unknown) => void;
}

export interface CallOptions {
  readonly layer: string | null;
  /** Threads that work for the call at once, at most. */
  readonly workers: number;
  /** Ends the call. */
  readonly signal: AbortSignal | undefined;
}

/** Somebody's images, all to be treated alike. */
class Call {
  readonly options: CallOptions;
  /** Images that no thread has yet. */
  readonly waiting: Waiting[] = [];
  /** Images that threads have, those of a thread together. */
  readonly running = new Set<readonly Waiting[]>();

  constructor(options: CallOptions) {
    this.options = options;
  }
}

/**
 * The threads that compute with a model: begun when there is first something for them to do, they wait for more until they are closed, and keep no
 * process alive. Calls take turns; images of several calls go to a thread together, which changes no bit of what comes out.
 */
export class ModelThreads {
  readonly #model: SharedModel;
  readonly #threads = new Set<Threads>();
  readonly #idle: Threads[] = [];
  /** Those with images that wait, in the order of their turns. */
  #calls: Call[] = [];
  readonly #underWay = new Set<Promise<unknown>>();
  #isScheduled = false;
  #closed: Promise<void> | null = null;

  constructor(model: SharedModel) {
    this.#model = model;
  }

  /** Images that a call has in memory at most, so that no thread waits for it. */
  static imagesAtOnce(workers: number): number {
    return 2 * MAX_TASK_IMAGES * workers;
  }

  /**
   * Does work that has images computed. Once it is ended, no thread takes any more of them, and what one has already is not waited for.
   *
   * @throws UserError if the threads have been closed, or cannot begin; what the call's signal raises
   */
  async serve<Result>(
    options: CallOptions,
    work: (compute: (pixels: Uint8Array) => Promise<LayerValues>) => Promise<Result>,
  ): Promise<Result> {
    if (this.#closed) {
      throw new UserError(
        'model: expected an open one, found it closed. Close it when its predictions are done.',
      );
    }
    const { signal } = options;
    signal?.throwIfAborted();
    // Any number of calls may have one signal.
    if (signal) setMaxListeners(0, signal);
    const call = new Call(options);
    const leave = () => this.#leave(call, signal?.reason);
    signal?.addEventListener('abort', leave);
    const done = work((pixels) => this.#enqueue(call, pixels));
    this.#underWay.add(done);
    try {
      const result = await done;
      signal?.throwIfAborted();
      return result;
    } finally {
      this.#underWay.delete(done);
      signal?.removeEventListener('abort', leave);
    }
  }

  #leave(call: Call, reason: unknown): void {
    this.#calls = this.#calls.filter((other) => other !== call);
    for (const { reject } of [call.waiting.splice(0), ...call.running].flat()) reject(reason);
  }

  /** Ends the threads once they have done what has been asked for. */
  async close(): Promise<void> {
    this.#closed ??= this.#end();
    await this.#closed;
  }

  async #end(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    await Promise.all([...this.#threads].map((thread) => thread.close()));
  }

  async #enqueue(call: Call, pixels: Uint8Array): Promise<LayerValues> {
    call.options.signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      call.waiting.push({ pixels, resolve, reject });
      if (call.waiting.length === 1) this.#calls.push(call);
      this.#schedule();
    });
  }

  /** Not at once: whatever else comes in this turn of the event loop can go along. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#handOut();
    });
  }

  #handOut(): void {
    for (;;) {
      const first = this.#calls.find(
        ({ running, options }) => running.size < options.workers && this.#countFree(options.workers) > 0,
      );
      if (first === undefined) return;
      const free = this.#countFree(first.options.workers);
      void this.#compute(this.#gather(first.options.layer, free), first.options.layer);
    }
  }

  /** Threads that are idle, or may yet be begun for a call of so many workers. */
  #countFree(workers: number): number {
    return this.#idle.length + Math.max(0, workers - this.#threads.size);
  }

  #begin(): Threads {
    const thread = new Threads(1, findModule('workers', 'predict'));
    this.#threads.add(thread);
    return thread;
  }

  /** Takes images of calls in turn, for one of so many threads that are free. */
  #gather(layer: string | null, free: number): Map<Call, Waiting[]> {
    const joins = this.#calls.filter(
      ({ running, options }) => options.layer === layer && running.size < options.workers,
    );
    const images = joins.reduce((sum, { waiting }) => sum + waiting.length, 0);
    const share = BATCH_IMAGES * Math.ceil(images / free / BATCH_IMAGES);
    let room = Math.min(share, MAX_TASK_IMAGES);
    const taken = new Map<Call, Waiting[]>();
    for (const call of joins) {
      if (room === 0) break;
      const some = call.waiting.splice(0, room);
      room -= some.length;
      call.running.add(some);
      taken.set(call, some);
    }
    const others = this.#calls.filter((call) => !taken.has(call));
    this.#calls = [...others, ...[...taken.keys()].filter(({ waiting }) => waiting.length > 0)];
    return taken;
  }

  /** Takes a thread at once, for as long as it computes. */
  async #compute(taken: Map<Call, Waiting[]>, layer: string | null): Promise<void> {
    const images = [...taken.values()].flat();
    let thread: Threads | undefined;
    try {
      thread = this.#idle.pop() ?? this.#begin();
      const task: PredictTask = { model: this.#model, pixels: join(images), layer };
      const { shape, values } = await thread.run<LayerValues>(task);
      const size = sizeOf(shape);
      for (const [i, { resolve }] of images.entries()) {
        resolve({ shape, values: values.slice(i * size, (i + 1) * size) });
      }
      this.#idle.push(thread);
    } catch (error) {
      for (const { reject } of images) reject(explainThread(error, 0));
      // It may have ended, or never begin: another one takes its place when there is need of it.
      if (thread) this.#threads.delete(thread);
      void thread?.close();
    } finally {
      for (const [call, some] of taken) call.running.delete(some);
      this.#schedule();
    }
  }
}

function join(images: readonly Waiting[]): Uint8Array {
  const size = images[0]!.pixels.length;
  const pixels = new Uint8Array(images.length * size);
  for (const [i, image] of images.entries()) pixels.set(image.pixels, i * size);
  return pixels;
}
