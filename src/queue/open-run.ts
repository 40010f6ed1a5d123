import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { BEST_FILE, listStates, MODEL_FILE, RunFiles } from '../checkpoint/run-files.js';
import { UserError } from '../core/errors.js';
import { type ExecutorOptions, Interrupted } from '../experiment/executor.js';
import type { SweepPoint } from '../experiment/plan-sweep.js';
import type { RecordedResult } from '../experiment/run-result.js';
import { type CarriedFile, describeFile } from '../remote/carried-files.js';
import { type CarriedResult, endOf } from '../remote/carried-result.js';
import { formatTask, makeTask } from '../remote/task.js';
import { CheckpointEstimator } from '../run/checkpoint-size.js';
import type { Resumption } from '../run/types.js';
import type { BlobInbox, BlobPiece } from './blob-inbox.js';
import { HttpRefusal } from './http-refusal.js';
import type { Beginning, BeginningAnswer, Report, ReportAnswer, Return } from './protocol.js';

/** What a worker may take for a last step, and to save its state. */
const STOP_LIMIT_MS = 15_000;
/** Of workers at one point, without an epoch in between: then it is the point that kills them. */
const MOST_DEATHS = 10;
/** Of a file, besides the numbers in it: its header, and a state's epochs. */
const MOST_BESIDES_BYTES = 2 ** 27;

const BEGINNING: Resumption = { epoch: 1, step: 0, epochs: [], rejected: [] };

/** What all runs of a head share. */
export interface HeadFacts {
  readonly inbox: BlobInbox;
  /** A worker that has not been heard of for longer is held to be dead. */
  readonly silenceLimitMs: number;
  /** Milliseconds, from any origin; stands still while the head does. */
  now(): number;
  /** Of attempts at any point, from 1. */
  countAttempt(): number;
  /** Says what a user should know, once. */
  tell(line: string): void;
}

interface Attempt extends Pick<Beginning, 'nonce' | 'host' | 'pid'> {
  readonly number: number;
  /** That it can ask for. */
  state: CarriedFile | null;
  heardAtMs: number;
  /** That it has begun to send. */
  readonly blobs: Set<string>;
  /** Of those, what is in the run's folder. */
  readonly kept: Set<string>;
}

/** What a worker may go on from. */
export interface OfferedFile {
  readonly sizeBytes: number;
  readFrom(start: number): AsyncIterable<Uint8Array>;
}

/** A run that workers are to do, for as long as the head waits for its end. Of several attempts at it the newest counts. */
export class OpenRun {
  /** @throws Interrupted once the run was to be stopped, UserError if it failed */
  readonly ended: Promise<RecordedResult>;
  #settle!: { resolve(result: RecordedResult): void; reject(error: Error): void };
  #attempt: Attempt | null = null;
  /** Those that have been told of. */
  #epochs = 0;
  /** Hosts of workers that have fallen silent since the last epoch. */
  #deaths: string[] = [];
  #isFresh = true;
  #stop: NodeJS.Timeout | null = null;
  #files: RunFiles | null = null;
  #mostBytes: number;

  constructor(
    readonly point: SweepPoint,
    private readonly options: ExecutorOptions,
    private readonly head: HeadFacts,
  ) {
    this.ended = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    const { stateBytes, modelBytes } = new CheckpointEstimator().estimate(point);
    this.#mostBytes = Math.max(stateBytes, modelBytes) + MOST_BESIDES_BYTES;
  }

  /** Whether no worker is at it that lives. */
  get isWaiting(): boolean {
    return this.#attempt === null || this.head.now() - this.#attempt.heardAtMs > this.head.silenceLimitMs;
  }

  /** A worker takes the run up, if no other one is at it. */
  async begin({ nonce, host, pid, resumption }: Beginning): Promise<BeginningAnswer> {
    if (this.#attempt?.nonce !== nonce) {
      this.#makeWay();
      const number = this.head.countAttempt();
      const heardAtMs = this.head.now();
      this.#attempt = { number, nonce, host, pid, state: null, heardAtMs, blobs: new Set(), kept: new Set() };
      if (resumption) this.#resume(resumption);
      else if (!this.#isFresh) this.#resume(BEGINNING);
    }
    const attempt = this.#attempt;
    attempt.heardAtMs = this.head.now();
    attempt.state = resumption ? null : await this.#findState();
    // A large state takes its time to be hashed, in which the worker waits for this answer.
    attempt.heardAtMs = this.head.now();
    const { checkpoints } = this.options;
    if (checkpoints === null) return { attempt: attempt.number, task: this.#formatTask(), state: null };
    return { attempt: attempt.number, task: this.#formatTask(), state: attempt.state };
  }

  /** @throws HttpRefusal if the attempt is not the newest */
  report(number: number, { resumption, epochs, progress, printed }: Report): ReportAnswer {
    const attempt = this.#expect(number);
    attempt.heardAtMs = this.head.now();
    const { observer } = this.options;
    if (resumption) this.#resume(resumption);
    for (const line of printed) observer.printed?.(line);
    for (const metrics of epochs) {
      if (metrics.epoch !== this.#epochs + 1) continue;
      this.#epochs++;
      this.#isFresh = false;
      this.#deaths = [];
      observer.epochEnded(metrics);
    }
    if (progress) {
      this.#isFresh = false;
      observer.progressed(progress);
    }
    return { epochs: this.#epochs, stop: this.#stop !== null };
  }

  /**
   * Puts files that were uploaded into the run's folder, in place of older states.
   *
   * @throws HttpRefusal if one has not come, or the attempt is not the newest
   */
  async keep(number: number, files: readonly CarriedFile[]): Promise<void> {
    const { checkpoints } = this.options;
    if (checkpoints === null || files.length === 0) return;
    this.#files ??= await RunFiles.open(checkpoints.folder);
    for (const { name, sha256 } of files) {
      const attempt = this.#expect(number);
      const file = join(checkpoints.folder, name);
      if (await this.head.inbox.moveTo(sha256, file)) attempt.kept.add(sha256);
      if (!attempt.kept.has(sha256)) {
        throw new HttpRefusal(409, `expected ${name} to have been sent, found that it has not`);
      }
      if (name !== BEST_FILE && name !== MODEL_FILE) this.#files.noteState(file);
    }
    await this.#files.clearStates();
  }

  offsetOf(number: number, sha256: string): number {
    this.#expect(number);
    return this.head.inbox.offsetOf(sha256);
  }

  async receive(
    number: number,
    sha256: string,
    piece: Omit<BlobPiece, 'mostBytes'>,
    body: AsyncIterable<Uint8Array>,
  ): Promise<number> {
    const attempt = this.#expect(number);
    attempt.blobs.add(sha256);
    return this.head.inbox.append(
      sha256,
      { ...piece, mostBytes: this.#mostBytes },
      this.#whileHeard(attempt, body),
    );
  }

  /** A file that the attempt may ask for. */
  offered(number: number, sha256: string): OfferedFile {
    const attempt = this.#expect(number);
    const { state } = attempt;
    if (state?.sha256 !== sha256) throw new HttpRefusal(404, 'expected the hash of a file that was offered');
    const file = join(this.options.checkpoints!.folder, state.name);
    const readFrom = (start: number) => this.#whileHeard(attempt, createReadStream(file, { start }));
    return { sizeBytes: state.sizeBytes, readFrom };
  }

  /**
   * Ends the run with a result, whose files are in its folder.
   *
   * @throws UserError if it is of another numerics version
   */
  finish(number: number, carried: CarriedResult): void {
    const { host } = this.#expect(number);
    const end = endOf(carried, host);
    for (const metrics of carried.epochs.slice(this.#epochs)) this.options.observer.epochEnded(metrics);
    this.#epochs = carried.epochs.length;
    if ('result' in end) this.#settle.resolve(end.result);
    else this.#settle.reject(new UserError(`${end.reason} (on ${host})`));
  }

  /** A worker gives the run back; of several lines that say why, each is told once. */
  handBack(number: number, { reason, died }: Omit<Return, 'kind'>): void {
    const { host } = this.#expect(number);
    void this.#forget();
    if (reason !== null) this.head.tell(`${host}: ${reason}`);
    if (died) this.#noteDeath(`${reason} (on ${host})`, host);
    if (this.#stop !== null) this.#interrupt();
  }

  /** Ends the run after the step that a worker is at. */
  stop(): void {
    if (this.#stop !== null) return;
    this.#stop = setTimeout(() => this.#interrupt(), STOP_LIMIT_MS);
    if (this.isWaiting) this.#interrupt();
  }

  /** Lets go of what nobody will ask for. */
  async close(): Promise<void> {
    if (this.#stop !== null) clearTimeout(this.#stop);
    await this.#forget();
  }

  #interrupt(): void {
    this.#settle.reject(new Interrupted('the sweep was interrupted'));
  }

  #makeWay(): void {
    if (this.#stop !== null) throw new HttpRefusal(410, 'the sweep ends');
    if (!this.isWaiting) {
      const { host, pid } = this.#attempt!;
      throw new HttpRefusal(409, `process ${pid} on ${host} is at it`);
    }
    if (this.#attempt === null) return;
    const { host } = this.#attempt;
    void this.#forget();
    if (this.#noteDeath(`its worker on ${host} fell silent`, host))
      throw new HttpRefusal(410, 'it ends its workers');
  }

  /** @returns whether that is one too many: then the run has failed */
  #noteDeath(how: string, host: string): boolean {
    this.#deaths.push(host);
    if (this.#deaths.length <= MOST_DEATHS) return false;
    const hosts = [...new Set(this.#deaths)].join(', ');
    this.#settle.reject(
      new UserError(
        `${how}; it has ended ${this.#deaths.length} workers without an epoch in between (on ${hosts}). Look there for what ends them, such as ` +
          'a lack of memory, and start again.',
      ),
    );
    return true;
  }

  #resume(resumption: Resumption): void {
    this.#isFresh = false;
    this.#epochs = resumption.epochs.length;
    this.options.observer.resumed?.(resumption);
  }

  /** A state that has been saved since the beginning, or before if the run is not to begin anew. */
  async #findState(): Promise<CarriedFile | null> {
    const { checkpoints } = this.options;
    if (checkpoints === null || (checkpoints.restart && this.#files === null)) return null;
    if (!existsSync(checkpoints.folder)) return null;
    const [newest] = await listStates(checkpoints.folder);
    return newest === undefined ? null : describeFile(newest);
  }

  #formatTask(): string {
    const { checkpoints } = this.options;
    if (checkpoints === null) return formatTask(makeTask(this.point, null));
    const { folder: _folder, restart: _restart, ...asked } = checkpoints;
    return formatTask(makeTask(this.point, asked));
  }

  /** @throws HttpRefusal if another attempt has been made since, or the run has been given back */
  #expect(number: number): Attempt {
    if (this.#attempt?.number === number) return this.#attempt;
    throw new HttpRefusal(
      410,
      `expected attempt ${this.#attempt?.number ?? 'of which there is none'}, found ${number}`,
    );
  }

  /**
   * What takes long to come, or to be taken, is a sign of life.
   *
   * @throws HttpRefusal once another attempt has been made
   */
  async *#whileHeard(attempt: Attempt, body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const chunk of body) {
      this.#expect(attempt.number);
      attempt.heardAtMs = this.head.now();
      yield chunk;
    }
  }

  async #forget(): Promise<void> {
    const blobs = this.#attempt?.blobs ?? [];
    this.#attempt = null;
    await this.head.inbox.discard(blobs);
  }
}
