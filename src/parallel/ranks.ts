import { setTimeout as sleep } from 'node:timers/promises';
import {
  loadTransport,
  type RankPlace,
  STREAMS,
  type Transfer,
  type Transport,
  type Values,
} from './transport.js';

/** How long the coordinator looks for what others send before it turns to other things, and how long it then waits. */
const LOOK_MS = 0.2;
const LEAST_WAIT_MS = 0.2;
const MOST_WAIT_MS = 20;

/** The ranks of a run as a coordinator sees them, between its workers' steps: all of them call the same in the same order. */
export class Ranks {
  readonly place: RankPlace;
  readonly #transport: Transport;

  private constructor(place: RankPlace, transport: Transport) {
    this.place = place;
    this.#transport = transport;
  }

  static async open(place: RankPlace): Promise<Ranks> {
    return new Ranks(place, await loadTransport(place));
  }

  get isFirst(): boolean {
    return this.place.rank === 0;
  }

  /** Brings rank 0's values to all. */
  async broadcast(values: Values): Promise<void> {
    await this.#settle(this.#transport.broadcast(STREAMS.steps, values));
  }

  /** Brings rank 0's text to all; what others give is ignored. */
  async broadcastText(text: string): Promise<string> {
    const own = Buffer.from(this.isFirst ? text : '');
    const length = Float64Array.of(own.length);
    await this.broadcast(length);
    const bytes = new Uint8Array(length[0]!);
    bytes.set(own);
    await this.broadcast(bytes);
    return Buffer.from(bytes).toString();
  }

  /** Brings all ranks' equal pieces to all of them. */
  async gather(pieces: Values): Promise<void> {
    await this.#settle(this.#transport.gather(STREAMS.steps, pieces));
  }

  /** Every rank's numbers, one list for each, in their order. */
  async gatherNumbers(numbers: readonly number[]): Promise<readonly number[][]> {
    const { rank, ranks } = this.place;
    const all = new Float64Array(ranks * numbers.length);
    all.set(numbers, rank * numbers.length);
    await this.gather(all);
    return Array.from({ length: ranks }, (_, i) => [
      ...all.subarray(i * numbers.length, (i + 1) * numbers.length),
    ]);
  }

  /** Every rank's text. */
  async gatherTexts(text: string): Promise<readonly string[]> {
    const { rank, ranks } = this.place;
    const own = Buffer.from(text);
    const lengths = (await this.gatherNumbers([own.length])).map(([length]) => length!);
    const longest = Math.max(...lengths);
    const all = Buffer.alloc(ranks * longest);
    all.set(own, rank * longest);
    await this.gather(all);
    return lengths.map((length, i) => all.toString('utf8', i * longest, i * longest + length));
  }

  /** Until a transfer is there; signals and timers have their turn meanwhile. */
  async #settle(transfer: Transfer): Promise<void> {
    for (
      let waitMs = LEAST_WAIT_MS;
      !this.#transport.isDone(transfer, LOOK_MS);
      waitMs = Math.min(MOST_WAIT_MS, 2 * waitMs)
    ) {
      await sleep(waitMs);
    }
  }
}
