import type { Kernels } from '../kernels/kernels.js';
import type { BlockPass } from '../layers/pass.js';
import { cutBuckets, findReadiness } from '../network/gradient-buckets.js';
import type { RankGradients } from '../network/memory.js';
import { makePhase, type Phase, type Strand } from '../network/phases.js';
import type { Exchange } from '../network/shards.js';
import type { ReductionPhases } from './reduction.js';

/** As much as a segment of the update. */
const FLOATS_PER_BLOCK = 2048;

/** What brings this rank what the others compute, and them what this one does (see Transport). */
export interface RankExchange {
  /** Returns when all is there. */
  readonly gather: Exchange;
  /** Begins to bring the shards' gradients of a bucket to whom they are joined by; the number of the transfer. */
  sendShards(gradients: RankGradients): number;
  /** Likewise what this rank has joined to all. */
  sendJoined(gradients: RankGradients): number;
  hasArrived(transfer: number): boolean;
  /** Returns when it is there. */
  settle(transfer: number): void;
}

/** Where the workers of a process note how far its exchange of gradients is: and behind that each bucket's transfer that is under way. */
const WORDS = { sent: 0, joined: 1, transfers: 2 } as const;

/** Shared memory, all zero between steps. */
export type RankJoinMemory = Int32Array;

export function allocateRankJoin(weightFloats: number, ranks: number): RankJoinMemory {
  const buckets = cutBuckets(weightFloats, ranks);
  return new Int32Array(new SharedArrayBuffer(4 * (WORDS.transfers + buckets.length)));
}

interface RankJoinOptions {
  readonly kernels: Kernels;
  /** Of all ranks. */
  readonly shards: number;
  /** Bucket by bucket. */
  readonly gradients: readonly RankGradients[];
  readonly exchange: RankExchange;
  readonly memory: RankJoinMemory;
}

/**
 * Joins the gradients of all ranks' shards, in the shards' order, bucket by bucket. A bucket is sent once this rank's shards have summed it, joined once all others'
 * are there, and then sent to all; as far as that can be it happens beside the rest of the backward pass. What comes when does not show in the sums.
 */
export class RankJoin {
  readonly #options: RankJoinOptions;
  /** Joins some numbers of this rank's piece of a bucket. */
  readonly #reductions: readonly ((first: number, count: number) => void)[];

  constructor(options: RankJoinOptions) {
    const { kernels, shards, gradients } = options;
    this.#options = options;
    this.#reductions = gradients.map(({ received, joinedPiece }) => {
      const stride = joinedPiece.length;
      const reduce = kernels.bindReducePartials({ partials: received, stride, sum: joinedPiece });
      return (first, count) => reduce(shards, first, count);
    });
  }

  /**
   * What is done beside the phases of the shards.
   *
   * @param when their gradients are summed
   */
  planBeside(when: ReductionPhases): (phase: number) => readonly Strand[] {
    const ready = findReadiness(
      this.#options.gradients.map(({ place }) => place),
      when,
    );
    return (phase) => {
      // What is summed in the phase itself is not there before its end.
      const unready = ready.findIndex((summed) => summed >= phase);
      const buckets = unready < 0 ? ready.length : unready;
      if (buckets === 0) return [];
      return makePhase([runOnce('exchange beside', () => this.#goOn(buckets))]).strands;
    };
  }

  /** What is left to be done behind the last of them. */
  planRest(): Phase[] {
    const { gradients, exchange, memory } = this.#options;
    const buckets = gradients.length;
    const blocks = gradients.flatMap(({ joinedPiece: { length } }, bucket) =>
      Array.from({ length: Math.ceil(length / FLOATS_PER_BLOCK) }, (_, i) => {
        const first = i * FLOATS_PER_BLOCK;
        return { bucket, first, count: Math.min(FLOATS_PER_BLOCK, length - first) };
      }),
    );
    const receive = runOnce('exchange', () => {
      this.#goOn(buckets);
      for (let i = memory[WORDS.joined]!; i < buckets; i++) exchange.settle(memory[WORDS.transfers + i]!);
    });
    const reduce: BlockPass = {
      name: 'rank reduction',
      over: 'blocks',
      waits: true,
      varies: true,
      blocks: blocks.length,
      run: (firstBlock, count) => {
        for (let i = firstBlock; i < firstBlock + count; i++) {
          const { bucket, ...piece } = blocks[i]!;
          if (bucket >= memory[WORDS.joined]!) this.#reductions[bucket]!(piece.first, piece.count);
        }
      },
    };
    const share = runOnce('exchange', () => {
      for (let i = memory[WORDS.joined]!; i < buckets; i++) this.#sendJoined(i);
      for (let i = 0; i < buckets; i++) exchange.settle(memory[WORDS.transfers + i]!);
      memory.fill(0);
    });
    return [receive, reduce, share].map((pass) => makePhase([pass]));
  }

  /** Sends what is there of so many buckets, and joins what has come. */
  #goOn(buckets: number): void {
    const { gradients, exchange, memory } = this.#options;
    for (let i = memory[WORDS.sent]!; i < buckets; i++) {
      memory[WORDS.transfers + i] = exchange.sendShards(gradients[i]!);
    }
    memory[WORDS.sent] = buckets;
    for (let i = memory[WORDS.joined]!; i < buckets; i++) {
      if (!exchange.hasArrived(memory[WORDS.transfers + i]!)) break;
      this.#reductions[i]!(0, gradients[i]!.joinedPiece.length);
      this.#sendJoined(i);
      memory[WORDS.joined] = i + 1;
    }
  }

  #sendJoined(bucket: number): void {
    const { gradients, exchange, memory } = this.#options;
    memory[WORDS.transfers + bucket] = exchange.sendJoined(gradients[bucket]!);
  }
}

function runOnce(name: string, run: () => void): BlockPass {
  return { name, over: 'blocks', waits: true, varies: true, blocks: 1, run };
}
