import type { RankExchange } from '../src/optim/rank-join.js';
import { CONTROL } from '../src/parallel/control.js';
import { STREAMS, type Transfer, type Transport } from '../src/parallel/transport.js';

/** How long a worker looks for the other ranks' pieces before it gives a sign of life. */
const LOOK_MS = 20;
/** How many times as long as a worker may be silent the others are waited for once this rank is asked to end: they are asked too, or gone. */
const LAST_LOOKS = 2;

/**
 * Ties what is exchanged within a step to a transport.
 *
 * @param silenceLimitMs that a worker of this network may be silent for in a step
 * @param keepAlive is called while it waits
 */
export function bindExchange(
  transport: Transport,
  control: Int32Array,
  silenceLimitMs: number,
  keepAlive: () => void,
): RankExchange {
  const settle = (transfer: Transfer) => {
    let aloneMs = 0;
    while (!transport.isDone(transfer, LOOK_MS)) {
      keepAlive();
      if (Atomics.load(control, CONTROL.asked) === 0) continue;
      aloneMs += LOOK_MS;
      if (aloneMs >= LAST_LOOKS * silenceLimitMs) {
        Atomics.store(control, CONTROL.lost, 1);
        throw new Error('another rank is silent');
      }
    }
  };
  return {
    gather: (pieces) => pieces.map((one) => transport.gather(STREAMS.steps, one)).forEach(settle),
    sendShards: ({ own, received }) => transport.scatter(STREAMS.shardGradients, own, received),
    sendJoined: ({ joined }) => transport.gather(STREAMS.joinedGradients, joined),
    hasArrived: (transfer) => transport.isDone(transfer, 0),
    settle,
  };
}
