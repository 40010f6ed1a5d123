import type { QueueCosts } from './simulated-sweep.js';

/**
 * What `npm run test:soak` measured (test/queue/on-redis/head-costs.test.ts) on two cores of an Intel Xeon that other programs used as well: on an idle machine
 * all of it takes about half as long.
 */
export const QUEUE_COSTS: QueueCosts = {
  pointMs: 25,
  reportMs: 4.6,
  megabyteMs: 11,
  redisMs: 2,
  laneMs: 130,
};
