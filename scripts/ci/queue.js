// Sweeps by workers that take points from BullMQ, with a Redis of their own: workers, heads and Redis are killed, emptied, frozen, filled and cut off:
// `npm run test:queue`, and for longer `npm run test:soak`. As root, workers have hosts of their own, with networks between them.
import { requireCommands, runCheck, runCounted } from './run.js';
import { root } from './work-copy.js';

runCheck('test:queue', async () => {
  requireCommands({ 'redis-server': 'redis-server' });
  return runCounted('node', ['scripts/test.js', 'test/queue/on-redis/'], {
    cwd: root,
    environment: { CONVOY_QUEUE: '1' },
  });
});
