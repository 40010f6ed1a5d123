import type { Exchange } from '../src/network/shards.js';
import type { RankExchange } from '../src/optim/reduction.js';
import { CONTROL } from '../src/parallel/control.js';
import type { Transport } from '../src/parallel/transport.js';

/** How long a worker looks for the other ranks' pieces before it gives a sign of life. */
const LOOK_MS = 20;
/** Ranks that are alive answer sooner, but for one that evaluates or saves: then this process's end can wait, too. */
const LAST_LOOK_MS = 300;

/** What brings this rank what the others compute; each returns when all is there. */
export interface RankedExchange extends RankExchange {
  readonly gatherAll: Exchange;
}

/** @param keepAlive is called while it waits */
export function bindExchange(
  transport: Transport,
  control: Int32Array,
  keepAlive: () => void,
): RankedExchange {
  const settle = () => {
    let aloneMs = 0;
    while (!transport.isDone(LOOK_MS)) {
      keepAlive();
      if (Atomics.load(control, CONTROL.asked) === 0) continue;
      aloneMs += LOOK_MS;
      if (aloneMs >= LAST_LOOK_MS) {
        Atomics.store(control, CONTROL.lost, 1);
        throw new Error('another rank is silent');
      }
    }
  };
  return {
    gatherAll(pieces) {
      for (const one of pieces) transport.gather(one);
      settle();
    },
    scatter(own, all) {
      transport.scatter(own, all);
      settle();
    },
    gather(pieces) {
      transport.gather(pieces);
      settle();
    },
  };
}
