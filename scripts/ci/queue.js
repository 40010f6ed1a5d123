// Sweeps by workers that take points from BullMQ, with a Redis of their own: workers and Redis are killed, emptied and cut off: `npm run test:queue`.
// `-- --long` does all of it, and `npm run test:soak` more often. As root, workers have hosts of their own, with networks between them.
import { requireCommands, runCheck, runCounted } from './run.js';
import { root } from './work-copy.js';

runCheck('test:queue', async () => {
  requireCommands({ 'redis-server': 'redis-server' });
  const environment = { CONVOY_QUEUE: process.argv.includes('--long') ? 'long' : 'short' };
  return runCounted(
    'node',
    ['scripts/test.js', 'test/queue/queue.test.ts', 'test/queue/head-costs.test.ts'],
    { cwd: root, environment },
  );
});
