import { randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { listStates } from '../checkpoint/run-files.js';
import type { RunObserver } from '../experiment/executor.js';
import { type CarriedFile, describeFile } from '../remote/carried-files.js';
import type { EpochMetrics, Progress, Resumption } from '../run/types.js';
import { HeadClient, HeadError } from './head-client.js';
import type { Job } from './job.js';
import { persist } from './persist.js';
import type { BeginningAnswer, Ending } from './protocol.js';

/** So often a head hears that a worker lives. */
const REPORT_INTERVAL_MS = 2_000;
/** So often it is looked whether there is a new state to send. */
const LOOK_INTERVAL_MS = 1_000;
/** For a head that is started again, once the training is over. */
const DELIVERY_LIMIT_MS = 10 * 60_000;
/** For one that is reachable, before the training begins. */
const BEGIN_LIMIT_MS = 15_000;
/** For news that are told together. */
const GATHER_MS = 100;

/** Why an attempt is of no use any longer. */
export class AttemptLost extends Error {
  override readonly name = 'AttemptLost';
}

/**
 * A worker's attempt at a run, as its head sees it: tells what comes about, sends states as they are saved, and hears that the run is to end. A head that
 * does not answer is asked again and again while the training goes on; one that has been started anew is found by the queue's job, and takes the attempt over.
 */
export class AttemptLink {
  readonly #end = new AbortController();
  readonly #sent = new Set<string>();
  readonly #loops: Promise<void>[] = [];
  #client: HeadClient;
  #attempt = 0;
  readonly #nonce: string = randomUUID();
  #folder: string | null = null;
  /** The state that was sent last. */
  #newest: string | null = null;
  #isTraining = false;
  /** Raised when nothing is to be told in turn any longer: nobody waits for a pause to end. */
  readonly #close = new AbortController();
  #wake: () => void = () => {};
  #isLost = false;
  // What the head has not been told.
  #resumption: Resumption | null = null;
  #progress: Progress | null = null;
  #printed: string[] = [];
  #files: CarriedFile[] = [];
  /** All that the training has completed, and how many of them the head has. */
  #epochs: EpochMetrics[] = [];
  #known = 0;
  #place: { readonly epoch: number; readonly step: number } = { epoch: 1, step: 0 };
  /** How often this run went on from a state. */
  resumptions = 0;

  /** @param lookUp finds the job in the queue again; null if it is not there */
  constructor(
    private readonly identity: string,
    job: Job,
    private readonly lookUp: () => Promise<Job | null>,
  ) {
    this.#client = new HeadClient(job.head, identity);
  }

  /** Raised when the run is to end. */
  get ended(): AbortSignal {
    return this.#end.signal;
  }

  /** Whether the head counts nothing any longer that is told of this attempt. */
  get isLost(): boolean {
    return this.#isLost;
  }

  get attempt(): number {
    return this.#attempt;
  }

  get epochs(): readonly EpochMetrics[] {
    return this.#epochs;
  }

  readonly observer: RunObserver = {
    resumed: (resumption) => {
      this.#resumption = resumption;
      this.#epochs = [...resumption.epochs];
      const { epoch, step } = resumption;
      this.#place = { epoch, step };
      if (epoch > 1 || step > 0) this.resumptions++;
      this.#wake();
    },
    progressed: (progress) => {
      const { epoch, step } = progress;
      this.#progress = progress;
      this.#place = { epoch, step };
    },
    printed: (line) => {
      this.#printed.push(line);
    },
    epochEnded: (metrics) => {
      this.#epochs.push(metrics);
      this.#wake();
    },
  };

  /**
   * Takes the run up, and lets the head know from now on that this worker is alive.
   *
   * @throws HeadError if the head does not answer or another worker is at it
   */
  async begin(): Promise<BeginningAnswer> {
    const answer = await persist(() => this.#begin(this.#client, null), BEGIN_LIMIT_MS);
    this.#attempt = answer.attempt;
    this.#loops.push(this.#tellInTurn());
    return answer;
  }

  /** Gets a file that was offered with the beginning: see HeadClient. */
  download(file: CarriedFile, folder: string, signal: AbortSignal): Promise<void> {
    return this.#client.download(this.#attempt, file, join(folder, file.name), signal);
  }

  /** The training begins. @param folder where it saves its states; null if it saves none */
  start(folder: string | null): void {
    this.#folder = folder;
    this.#isTraining = true;
    if (folder !== null) this.#loops.push(this.#sendInTurn(folder));
  }

  /**
   * Tells how the attempt ends, when all that came before is told.
   *
   * @param files that belong to it, in the run's folder
   * @param limitMs how long a head is waited for that does not answer
   * @throws AttemptLost if the head does not want to know, HeadError if it does not answer or refuses
   */
  async finish(
    ending: Ending,
    files: readonly CarriedFile[] = [],
    limitMs = DELIVERY_LIMIT_MS,
  ): Promise<void> {
    await this.#stopLoops();
    if (this.#isLost) throw new AttemptLost('another attempt has taken its place');
    await persist(async () => {
      try {
        await this.#tell();
        for (const file of files) await this.#send(file);
        await this.#client.end(this.#attempt, ending);
      } catch (error) {
        await this.#judge(error);
        throw new HeadError(null, error instanceof Error ? error.message : String(error));
      }
    }, limitMs);
  }

  /** Sends the newest state, if it has not been. */
  async saveState(): Promise<void> {
    await this.#stopLoops();
    if (this.#folder !== null && !this.#isLost) await this.#sendNewest(this.#folder);
  }

  async close(): Promise<void> {
    await this.#stopLoops();
  }

  async #stopLoops(): Promise<void> {
    this.#close.abort();
    this.#wake();
    await Promise.all(this.#loops);
  }

  #pause(milliseconds: number): Promise<void> {
    return sleep(milliseconds, undefined, { signal: this.#close.signal }).catch(() => {});
  }

  #begin(client: HeadClient, resumption: Resumption | null): Promise<BeginningAnswer> {
    return client.begin({ nonce: this.#nonce, host: hostname(), pid: process.pid, resumption });
  }

  async #tellInTurn(): Promise<void> {
    while (!this.#close.signal.aborted && !this.#isLost) {
      await this.#pauseForNews();
      if (this.#close.signal.aborted) return;
      await this.#tell().catch((error) => this.#judge(error).catch(() => {}));
    }
  }

  /** Until there is news that does not wait, or a sign of life is due. */
  #pauseForNews(): Promise<void> {
    if (this.#resumption !== null || this.#epochs.length > this.#known) return this.#pause(GATHER_MS);
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, REPORT_INTERVAL_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #tell(): Promise<void> {
    const [resumption, progress, printed, files] = [
      this.#resumption,
      this.#progress,
      this.#printed,
      this.#files,
    ];
    const known = resumption ? resumption.epochs.length : this.#known;
    const epochs = this.#epochs.slice(known);
    const answer = await this.#client.report(this.#attempt, { resumption, progress, printed, files, epochs });
    if (this.#resumption === resumption) this.#resumption = null;
    if (this.#progress === progress) this.#progress = null;
    this.#printed = this.#printed.slice(printed.length);
    this.#files = this.#files.slice(files.length);
    this.#known = answer.epochs;
    if (answer.stop) this.#end.abort();
  }

  /** Does what can be done about an error, so that there is a point in trying again. @throws what cannot be helped */
  async #judge(error: unknown): Promise<void> {
    if (!(error instanceof HeadError)) throw error;
    const { status } = error;
    // A file that is not there has to be sent again.
    if (status === 409) this.#forgetSent();
    else if (status === 410) this.#lose();
    else if (status === 401 || status === null) await this.#findHead();
    else if (!error.isPassing) throw error;
    if (this.#isLost) throw new AttemptLost(error.message);
  }

  /** Looks whether there is a new head for the run, and has it take the attempt over. */
  async #findHead(): Promise<void> {
    // Before the training there is nothing that is worth it, and no place in the run that could be told.
    if (!this.#isTraining) return;
    const job = await this.lookUp();
    if (job === null || this.#client.isAt(job.head)) return;
    const client = new HeadClient(job.head, this.identity);
    const completed = this.#epochs.length;
    // The next epoch's first report of progress may still be to come.
    const step = this.#place.epoch === completed + 1 ? this.#place.step : 0;
    const resumption = { epoch: completed + 1, step, epochs: [...this.#epochs], rejected: [] };
    try {
      const { attempt } = await this.#begin(client, resumption);
      this.#client = client;
      this.#attempt = attempt;
      this.#known = completed;
      this.#resumption = null;
      this.#forgetSent();
    } catch (error) {
      if (error instanceof HeadError && (error.status === 409 || error.status === 410)) this.#lose();
    }
  }

  #forgetSent(): void {
    this.#sent.clear();
    this.#files = [];
    this.#newest = null;
  }

  #lose(): void {
    this.#isLost = true;
    this.#end.abort();
  }

  async #sendInTurn(folder: string): Promise<void> {
    while (!this.#close.signal.aborted && !this.#isLost) {
      await this.#pause(LOOK_INTERVAL_MS);
      if (this.#close.signal.aborted) return;
      // What does not get through is tried again, or a newer one.
      await this.#sendNewest(folder).catch(() => {});
    }
  }

  async #sendNewest(folder: string): Promise<void> {
    const [newest] = await listStates(folder);
    // A state's name tells its step, and so its bytes.
    if (newest === undefined || newest === this.#newest) return;
    const file = await describeFile(newest);
    await this.#send(file);
    this.#files.push(file);
    this.#newest = newest;
  }

  async #send(file: CarriedFile): Promise<void> {
    if (this.#sent.has(file.sha256)) return;
    const handle = await open(join(this.#folder!, file.name));
    try {
      await this.#client.upload(this.#attempt, file, handle);
      this.#sent.add(file.sha256);
    } finally {
      await handle.close();
    }
  }
}
